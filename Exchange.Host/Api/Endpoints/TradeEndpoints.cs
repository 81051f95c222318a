using System.Runtime.InteropServices;
using Exchange.MarketData;
using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>Public trades, one by one and by taker order and price.</summary>
internal static class TradeEndpoints
{
    private const int DefaultTrades = 500;
    private const int MaxTrades = 1_000;

    public static ValueTask Trades(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var limit = request.Limit(DefaultTrades, MaxTrades);
        if (request.EndParameters())
        {
            request.Services.MarketData.CopyTrades(symbol!, TradeRange.Newest(limit), request.Trades);
            WriteTrades(request, symbol!);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The newest trades, or the oldest from <c>fromId</c> on that are kept.</summary>
    public static ValueTask HistoricalTrades(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var limit = request.Limit(DefaultTrades, MaxTrades);
        var fromId = request.Integer("fromId"u8);
        if (request.EndParameters())
        {
            var range = fromId is { } id ? TradeRange.From(id, limit) : TradeRange.Newest(limit);
            request.Services.MarketData.CopyTrades(symbol!, range, request.Trades);
            WriteTrades(request, symbol!);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Aggregate trades: the newest, the oldest from <c>fromId</c> on, or those of a time.</summary>
    public static ValueTask AggregateTrades(ApiRequest request)
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

        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        request.Services.MarketData.CopyAggregateTrades(
            symbol!, new TradeRange(fromId, startUs, endUs ?? long.MaxValue, limit), request.AggregateTrades);
        var json = request.Json;
        json.WriteStartArray();
        foreach (ref readonly var trade in CollectionsMarshal.AsSpan(request.AggregateTrades))
        {
            json.WriteStartObject();
            json.WriteNumber("a"u8, trade.Id);
            json.WriteDecimal("p"u8, SymbolUnits.Price(symbol!, trade.Price));
            json.WriteDecimal("q"u8, SymbolUnits.Quantity(symbol!, trade.Quantity));
            json.WriteNumber("f"u8, trade.FirstTradeId);
            json.WriteNumber("l"u8, trade.LastTradeId);
            request.WriteTime("T"u8, trade.TimeUs);
            json.WriteBoolean("m"u8, trade.IsBuyerMaker);
            json.WriteBoolean("M"u8, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static void WriteTrades(ApiRequest request, Symbol symbol)
    {
        var json = request.Json;
        json.WriteStartArray();
        foreach (ref readonly var trade in CollectionsMarshal.AsSpan(request.Trades))
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
