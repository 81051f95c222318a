using System.Globalization;
using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Host.Api.Endpoints;

/// <summary>From what became of a command to headers and errors.</summary>
internal static class OrderOutcome
{
    private const long SecondUs = 1_000_000;
    private const long TenSecondsUs = 10 * SecondUs;
    private const long DayUs = 86_400 * SecondUs;

    /// <summary>Returns whether a new order was accepted; otherwise its error is in the request.</summary>
    public static bool IsPlaced(ApiRequest request, Admission admission, RejectReason reject, long sequence, long timeUs)
    {
        if (!IsExecuted(request, admission, sequence))
        {
            return false;
        }

        if (reject == RejectReason.None)
        {
            AddOrderCounts(request, timeUs);
            return true;
        }

        return request.Fail(reject switch
        {
            RejectReason.TooManyOrdersPer10Seconds =>
                Errors.TooManyOrders(Counts(request, timeUs).LimitPer10Seconds, "10 SECOND", SecondsLeft(timeUs, TenSecondsUs)),
            RejectReason.TooManyOrdersPerDay =>
                Errors.TooManyOrders(Counts(request, timeUs).LimitPerDay, "1 DAY", SecondsLeft(timeUs, DayUs)),
            _ => Rejections.Placing(reject),
        });
    }

    /// <summary>Returns whether a cancel was carried out; otherwise its error is in the request.</summary>
    public static bool IsCanceled(ApiRequest request, Admission admission, RejectReason reject, long sequence) =>
        IsExecuted(request, admission, sequence)
        && (reject == RejectReason.None || request.Fail(Rejections.Cancelling(reject)));

    /// <summary>Returns whether an amendment was carried out; otherwise its error is in the request.</summary>
    public static bool IsAmended(ApiRequest request, Admission admission, RejectReason reject, long sequence) =>
        IsExecuted(request, admission, sequence)
        && (reject == RejectReason.None || request.Fail(Rejections.Amending(reject)));

    private static bool IsExecuted(ApiRequest request, Admission admission, long sequence)
    {
        switch (admission)
        {
            case Admission.Overloaded:
                return request.Fail(Errors.Overloaded);
            case Admission.TooLate:
                return request.Fail(Errors.OutsideWindow);
            default:
                if (sequence == 0)
                {
                    // Refused before it came to the engine.
                    return true;
                }

                var headers = request.Http.Response.Headers;
                headers["X-Exchange-Sequence"] = sequence.ToString(CultureInfo.InvariantCulture);
                headers["X-Exchange-Acknowledge"] = "local";
                return true;
        }
    }

    private static void AddOrderCounts(ApiRequest request, long timeUs)
    {
        var counts = Counts(request, timeUs);
        var headers = request.Http.Response.Headers;
        headers["X-MBX-ORDER-COUNT-10S"] = counts.Per10Seconds.ToString(CultureInfo.InvariantCulture);
        headers["X-MBX-ORDER-COUNT-1D"] = counts.PerDay.ToString(CultureInfo.InvariantCulture);
    }

    private static OrderCounts Counts(ApiRequest request, long timeUs) => request.Services.Risk.CountsOf(request.AccountId, timeUs);

    private static int SecondsLeft(long timeUs, long windowUs) => (int)((windowUs - (timeUs % windowUs) + SecondUs - 1) / SecondUs);
}
