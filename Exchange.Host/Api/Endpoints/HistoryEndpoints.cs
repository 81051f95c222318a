using System.Globalization;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// An account's orders and fills of any age (API.md A8): recent ones from memory, older ones from the history store. Answers grow in lists of their
/// own: a question to the store that outlasts its request must not write into the pooled ones of the next.
/// </summary>
internal static class HistoryEndpoints
{
    /// <summary>
    /// The sequence up to which an answer is complete. It lies below that of the account's last command only where the history store lags behind the
    /// window in memory; 0 where no store is configured and something has left the window.
    /// </summary>
    public const string CompleteHeader = "X-Exchange-Complete-Sequence";

    public static readonly string[] OrderNames = ["symbol", "orderId", "startTime", "endTime", "limit"];
    public static readonly string[] TradeNames = ["symbol", "orderId", "startTime", "endTime", "fromId", "limit"];

    private const int DefaultLimit = 500;
    private const int MaxLimit = 1_000;
    private const int MaxHours = 24;
    private const long MaxSpanUs = MaxHours * 3_600_000_000L;
    private const int TradesOfOrderWeight = 5;
    private const int TradesWeight = 20;

    public static int TradesWeightOf(ApiRequest request) => request.Has("orderId"u8) ? TradesOfOrderWeight : TradesWeight;

    public static async ValueTask AllOrders(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var fromId = request.Integer("orderId"u8);
        var (fromUs, toUs) = ReadSpan(request);
        var limit = request.Limit(DefaultLimit, MaxLimit);
        if (!request.EndParameters())
        {
            return;
        }

        var query = new OrderQuery(
            request.AccountId, symbol!.Id, fromId ?? 0, fromUs ?? 0, toUs ?? long.MaxValue, limit, TakesNewest: fromId is null && fromUs is null);
        var orders = new List<OrderState>();
        var complete = await request.Within(request.Services.Orders.CopyOrdersAsync(query, orders, request.Http.RequestAborted));
        SetComplete(request, complete);
        request.Json.WriteStartArray();
        foreach (ref readonly var order in CollectionsMarshal.AsSpan(orders))
        {
            OrderJson.WriteQueried(request, symbol, order);
        }

        request.Json.WriteEndArray();
    }

    public static async ValueTask MyTrades(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var orderId = request.Integer("orderId"u8);
        var fromId = request.Integer("fromId"u8);
        var (fromUs, toUs) = ReadSpan(request);
        if ((fromUs is not null || toUs is not null) && (orderId is not null || fromId is not null))
        {
            request.Fail(Errors.Combination);
        }

        var limit = request.Limit(DefaultLimit, MaxLimit);
        if (!request.EndParameters())
        {
            return;
        }

        // Ids begin at 1; to a query 0 would mean "of any order".
        var query = new FillQuery(
            request.AccountId,
            symbol!.Id,
            orderId is 0 ? -1 : orderId ?? 0,
            fromId ?? 0,
            fromUs ?? 0,
            toUs ?? long.MaxValue,
            limit,
            TakesNewest: fromId is null && fromUs is null);
        var fills = new List<AccountFill>();
        var complete = await request.Within(request.Services.Orders.CopyFillsAsync(query, fills, request.Http.RequestAborted));
        SetComplete(request, complete);
        request.Json.WriteStartArray();
        foreach (ref readonly var fill in CollectionsMarshal.AsSpan(fills))
        {
            Write(request, symbol, fill);
        }

        request.Json.WriteEndArray();
    }

    public static void SetComplete(ApiRequest request, long sequence) =>
        request.Http.Response.Headers[CompleteHeader] = sequence.ToString(CultureInfo.InvariantCulture);

    private static (long? FromUs, long? ToUs) ReadSpan(ApiRequest request)
    {
        var fromUs = request.BeginUs("startTime"u8);
        var toUs = request.EndUs("endTime"u8);
        if (fromUs > toUs)
        {
            request.Fail(Errors.Combination);
        }

        // The end is the last microsecond of its millisecond.
        if (toUs - fromUs > MaxSpanUs + 999)
        {
            request.Fail(Errors.TooLongSpan(MaxHours));
        }

        return (fromUs, toUs);
    }

    private static void Write(ApiRequest request, Symbol symbol, in AccountFill fill)
    {
        var received = fill.IsBuyer ? symbol.BaseAsset : symbol.QuoteAsset;
        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteNumber("id"u8, fill.TradeId);
        json.WriteNumber("orderId"u8, fill.OrderId);
        json.WriteNumber("orderListId"u8, -1);
        json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, fill.Price));
        json.WriteDecimal("qty"u8, SymbolUnits.Quantity(symbol, fill.Quantity));
        json.WriteAmount("quoteQty"u8, symbol.QuoteAsset, symbol.Notional(fill.Price, fill.Quantity));
        json.WriteAmount("commission"u8, received, fill.Fee);
        json.WriteString("commissionAsset"u8, received.Name);
        request.WriteTime("time"u8, fill.TimeUs);
        json.WriteBoolean("isBuyer"u8, fill.IsBuyer);
        json.WriteBoolean("isMaker"u8, fill.IsMaker);
        json.WriteBoolean("isBestMatch"u8, true);
        json.WriteEndObject();
    }
}
