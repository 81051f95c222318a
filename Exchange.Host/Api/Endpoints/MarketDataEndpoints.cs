using System.Text.Json;
using Exchange.MarketData;
using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>The public book, trades and last prices.</summary>
internal static class MarketDataEndpoints
{
    private const int DefaultDepth = 100;
    private const int MaxDepth = 5_000;
    private const int DefaultTrades = 500;
    private const int MaxTrades = 1_000;

    public static int DepthWeight(ApiRequest request)
    {
        request.Parameters.TryGet("limit"u8, out var text);
        return (DecimalText.ParseInteger(text, out var limit) == DecimalResult.Parsed ? limit : DefaultDepth) switch
        {
            <= 100 => 5,
            <= 500 => 25,
            <= 1_000 => 50,
            _ => 250,
        };
    }

    public static int TickerWeight(ApiRequest request) => request.Has("symbol"u8) ? 2 : 4;

    public static ValueTask Depth(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var limit = request.Limit(DefaultDepth, MaxDepth);
        SymbolSelection.RequireStatus(request, symbol);
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var updateId = request.Services.MarketData.CopyDepth(symbol!, limit, request.Bids, request.Asks);
        request.Json.WriteStartObject();
        request.Json.WriteNumber("lastUpdateId"u8, updateId);
        WriteLevels(request.Json, "bids"u8, symbol!, request.Bids);
        WriteLevels(request.Json, "asks"u8, symbol!, request.Asks);
        request.Json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Trades(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var limit = request.Limit(DefaultTrades, MaxTrades);
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        request.Services.MarketData.CopyTrades(symbol!, limit, request.Trades);
        var json = request.Json;
        json.WriteStartArray();
        foreach (ref readonly var trade in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(request.Trades))
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, trade.TradeId);
            json.WriteDecimal("price"u8, SymbolUnits.Price(symbol!, trade.Price));
            json.WriteDecimal("qty"u8, SymbolUnits.Quantity(symbol!, trade.Quantity));
            json.WriteAmount("quoteQty"u8, symbol!.QuoteAsset, symbol.Notional(trade.Price, trade.Quantity));
            request.WriteTime("time"u8, trade.TimeUs);
            json.WriteBoolean("isBuyerMaker"u8, trade.IsBuyerMaker);
            json.WriteBoolean("isBestMatch"u8, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    /// <summary>The last price of one symbol (an object), or of several or all (an array); zero before the first trade.</summary>
    public static ValueTask TickerPrice(ApiRequest request)
    {
        if (request.Has("symbol"u8) && request.Has("symbols"u8))
        {
            request.Fail(Errors.Combination);
        }

        var single = request.OptionalSymbol();
        var list = SymbolSelection.Symbols(request);
        var status = SymbolSelection.Status(request);
        SymbolSelection.RequireStatus(request, single);
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        if (single is not null)
        {
            WriteTicker(request, single);
            return ValueTask.CompletedTask;
        }

        request.Json.WriteStartArray();
        foreach (var symbol in list is null ? request.Services.Symbols.Symbols : [.. list])
        {
            if (status is null || status == SymbolJson.StatusOf(request, symbol))
            {
                WriteTicker(request, symbol);
            }
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static void WriteTicker(ApiRequest request, Symbol symbol)
    {
        request.Json.WriteStartObject();
        request.Json.WriteString("symbol"u8, symbol.Name);
        request.Json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, request.Services.MarketData.LastPrice(symbol)));
        request.Json.WriteEndObject();
    }

    private static void WriteLevels(Utf8JsonWriter json, ReadOnlySpan<byte> name, Symbol symbol, List<DepthLevel> levels)
    {
        json.WriteStartArray(name);
        foreach (var level in levels)
        {
            json.WriteStartArray();
            json.WriteDecimalValue(SymbolUnits.Price(symbol, level.Price));
            json.WriteDecimalValue(SymbolUnits.Quantity(symbol, level.Quantity));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
