using System.Runtime.InteropServices;
using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// Public trades of any age, one by one and by taker order and price. Answers grow in lists of their own: a question to the history store that
/// outlasts its request must not write into the pooled ones of the next.
/// </summary>
internal static class TradeEndpoints
{
    private const int DefaultTrades = 500;
    private const int MaxTrades = 1_000;

    public static ValueTask Trades(ApiRequest request) => AnswerTradesAsync(request, fromId: null);

    /// <summary>The newest trades, or the oldest from <c>fromId</c> on.</summary>
    public static ValueTask HistoricalTrades(ApiRequest request) => AnswerTradesAsync(request, request.Integer("fromId"u8));

    /// <summary>Aggregate trades: the newest, the oldest from <c>fromId</c> on, or those of a time.</summary>
    public static async ValueTask AggregateTrades(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var fromId = request.Integer("fromId"u8);
        var startUs = request.BeginUs("startTime"u8);
        var endUs = request.EndUs("endTime"u8);
        var limit = request.Limit(DefaultTrades, MaxTrades);
        if (fromId is not null && (startUs is not null || endUs is not null))
        {
            request.Fail(Errors.Combination);
        }

        if (request.EndParameters())
        {
            var range = new TradeRange(fromId, startUs, endUs ?? long.MaxValue, limit);
            var trades = new List<AggregateTrade>();
            await request.Within(request.Services.MarketData.CopyAggregateTradesAsync(symbol!, range, trades, request.Http.RequestAborted));
            WriteAggregates(request, symbol!, trades);
        }
    }

    private static async ValueTask AnswerTradesAsync(ApiRequest request, long? fromId)
    {
        var symbol = request.MandatorySymbol();
        var limit = request.Limit(DefaultTrades, MaxTrades);
        if (request.EndParameters())
        {
            var range = fromId is { } id ? TradeRange.From(id, limit) : TradeRange.Newest(limit);
            var trades = new List<PublicTrade>();
            await request.Within(request.Services.MarketData.CopyTradesAsync(symbol!, range, trades, request.Http.RequestAborted));
            WriteTrades(request, symbol!, trades);
        }
    }

    private static void WriteAggregates(ApiRequest request, Symbol symbol, List<AggregateTrade> trades)
    {
        var json = request.Json;
        json.WriteStartArray();
        foreach (ref readonly var trade in CollectionsMarshal.AsSpan(trades))
        {
            json.WriteStartObject();
            json.WriteNumber("a"u8, trade.Id);
            json.WriteDecimal("p"u8, SymbolUnits.Price(symbol, trade.Price));
            json.WriteDecimal("q"u8, SymbolUnits.Quantity(symbol, trade.Quantity));
            json.WriteNumber("f"u8, trade.FirstTradeId);
            json.WriteNumber("l"u8, trade.LastTradeId);
            request.WriteTime("T"u8, trade.TimeUs);
            json.WriteBoolean("m"u8, trade.IsBuyerMaker);
            json.WriteBoolean("M"u8, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTrades(ApiRequest request, Symbol symbol, List<PublicTrade> trades)
    {
        var json = request.Json;
        json.WriteStartArray();
        foreach (ref readonly var trade in CollectionsMarshal.AsSpan(trades))
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, trade.TradeId);
            json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, trade.Price));
            json.WriteDecimal("qty"u8, SymbolUnits.Quantity(symbol, trade.Quantity));
            json.WriteAmount("quoteQty"u8, symbol.QuoteAsset, symbol.Notional(trade.Price, trade.Quantity));
            request.WriteTime("time"u8, trade.TimeUs);
            json.WriteBoolean("isBuyerMaker"u8, trade.IsBuyerMaker);
            json.WriteBoolean("isBestMatch"u8, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
