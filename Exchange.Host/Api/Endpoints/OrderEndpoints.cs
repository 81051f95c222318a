using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Orders;

namespace Exchange.Host.Api.Endpoints;

/// <summary>Placing, cancelling and finding orders.</summary>
internal static class OrderEndpoints
{
    public static async ValueTask Place(ApiRequest request)
    {
        if (!OrderParameters.TryRead(request, out var order, out var responseType))
        {
            return;
        }

        var result = await request.Within(request.Services.Orders.PlaceAsync(order));
        if (OrderOutcome.IsPlaced(request, result.Admission, result.Reject, result.Sequence, result.TimeUs))
        {
            OrderJson.WritePlaced(request, order.Symbol, result, responseType);
        }
    }

    public static async ValueTask Cancel(ApiRequest request)
    {
        if (!TryReadCancel(request, out var cancel))
        {
            return;
        }

        var result = await request.Within(request.Services.Orders.CancelAsync(cancel));
        if (OrderOutcome.IsCanceled(request, result.Admission, result.Reject, result.Sequence))
        {
            OrderJson.WriteCanceled(request, cancel.Symbol, result.Order, cancel.CancelClientOrderId, result.TimeUs);
        }
    }

    public static async ValueTask CancelAll(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        if (!request.EndParameters())
        {
            return;
        }

        var result = await request.Within(request.Services.Orders.CancelAllAsync(request.AccountId, symbol!, request.DeadlineUs));
        if (!OrderOutcome.IsCanceled(request, result.Admission, result.Reject, result.Sequence))
        {
            return;
        }

        if (result.Orders.Count == 0)
        {
            request.Fail(Rejections.Cancelling(RejectReason.UnknownOrder));
            return;
        }

        var cancelId = RandomText.ClientOrderId();
        request.Json.WriteStartArray();
        foreach (var order in result.Orders)
        {
            OrderJson.WriteCanceled(request, symbol!, order, cancelId, result.TimeUs);
        }

        request.Json.WriteEndArray();
    }

    public static async ValueTask Get(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var (orderId, clientOrderId) = ReadIds(request);
        if (!request.EndParameters())
        {
            return;
        }

        var orders = request.Services.Orders;
        var found = await request.Within(orderId is { } id
            ? orders.FindOrderAsync(request.AccountId, symbol!.Id, id, request.Http.RequestAborted)
            : orders.FindOrderAsync(request.AccountId, symbol!.Id, clientOrderId, request.Http.RequestAborted));
        HistoryEndpoints.SetComplete(request, found.CompleteSequence);
        if (!found.IsFound)
        {
            request.Fail(Errors.OrderDoesNotExist);
        }
        else if (!clientOrderId.IsEmpty && clientOrderId != found.Order.ClientOrderId)
        {
            request.Fail(Errors.ClientOrderIdMismatch);
        }
        else
        {
            OrderJson.WriteQueried(request, symbol, found.Order);
        }
    }

    public static int OpenOrdersWeight(ApiRequest request) => request.Has("symbol"u8) ? 6 : 80;

    public static ValueTask GetOpen(ApiRequest request)
    {
        var symbol = request.OptionalSymbol();
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        request.Services.Orders.CopyOpenOrders(request.AccountId, symbol?.Id, request.Orders);
        request.Json.WriteStartArray();
        foreach (ref readonly var order in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(request.Orders))
        {
            OrderJson.WriteQueried(request, request.Services.Symbols.Symbol(order.SymbolId), order);
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static bool TryReadCancel(ApiRequest request, out CancelOrder cancel)
    {
        cancel = new CancelOrder { AccountId = request.AccountId, DeadlineUs = request.DeadlineUs };
        var symbol = request.MandatorySymbol();
        var (orderId, clientOrderId) = ReadIds(request);
        cancel.OrderId = orderId ?? 0;
        cancel.OriginalClientOrderId = clientOrderId;
        cancel.CancelClientOrderId = request.ClientOrderId("newClientOrderId"u8, Errors.NewClientOrderIdEmpty);
        cancel.Restriction = ReadRestriction(request);
        if (!request.EndParameters())
        {
            return false;
        }

        if (orderId == 0)
        {
            // Ids begin at 1; to the engine 0 would mean "by client id".
            return request.Fail(Rejections.Cancelling(RejectReason.UnknownOrder));
        }

        cancel.Symbol = symbol!;
        if (cancel.CancelClientOrderId.IsEmpty)
        {
            cancel.CancelClientOrderId = RandomText.ClientOrderId();
        }

        return true;
    }

    /// <summary>Returns <c>orderId</c> and <c>origClientOrderId</c>, one of which must have been sent.</summary>
    public static (long? OrderId, ClientOrderId ClientOrderId) ReadIds(ApiRequest request)
    {
        var orderId = request.Integer("orderId"u8);
        var clientOrderId = request.ClientOrderId("origClientOrderId"u8, Errors.OriginalClientOrderIdEmpty);
        if (!request.Has("orderId"u8) && !request.Has("origClientOrderId"u8))
        {
            request.Fail(Errors.MandatoryEither("orderId", "origClientOrderId"));
        }

        return (orderId, clientOrderId);
    }

    private static CancelRestriction ReadRestriction(ApiRequest request)
    {
        if (!request.TryText("cancelRestrictions"u8, out var text))
        {
            return CancelRestriction.None;
        }

        if (text.SequenceEqual("ONLY_NEW"u8))
        {
            return CancelRestriction.OnlyNew;
        }

        if (!text.SequenceEqual("ONLY_PARTIALLY_FILLED"u8))
        {
            request.Fail(Errors.InvalidCancelRestrictions);
        }

        return CancelRestriction.OnlyPartiallyFilled;
    }
}
