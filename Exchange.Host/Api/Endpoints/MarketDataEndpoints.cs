using System.Text.Json;
using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Api.Endpoints;

/// <summary>The public book, last, best and average prices.</summary>
internal static class MarketDataEndpoints
{
    private const int DefaultDepth = 100;
    private const int MaxDepth = 5_000;

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

    /// <summary>The last price of one symbol (an object), or of several or all (an array); zero before the first trade.</summary>
    public static ValueTask TickerPrice(ApiRequest request)
    {
        if (TickerSelection.TryRead(request, isMandatory: false, SymbolSelection.MaxSymbols, out var selection))
        {
            selection.Write(request, static (request, symbol) =>
            {
                request.Json.WriteStartObject();
                request.Json.WriteString("symbol"u8, symbol.Name);
                request.Json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, request.Services.MarketData.LastPrice(symbol)));
                request.Json.WriteEndObject();
            });
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The best levels of one symbol (an object), or of several or all (an array); zero for an empty side.</summary>
    public static ValueTask BookTicker(ApiRequest request)
    {
        if (TickerSelection.TryRead(request, isMandatory: false, SymbolSelection.MaxSymbols, out var selection))
        {
            selection.Write(request, static (request, symbol) =>
            {
                request.Json.WriteStartObject();
                request.Json.WriteString("symbol"u8, symbol.Name);
                request.Json.WriteBest(symbol, request.Services.MarketData.BookTicker(symbol));
                request.Json.WriteEndObject();
            });
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The price that the filters measure by, with 8 decimals where they take whole ticks below it.</summary>
    public static ValueTask AveragePrice(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var average = AverageWindow.Of(request, symbol!);
        request.Json.WriteStartObject();
        request.Json.WriteNumber("mins"u8, symbol!.Spec.AvgPriceMins);
        request.Json.WriteDecimal("price"u8, SymbolUnits.AveragePrice(symbol, average.Turnover, average.Volume));
        request.WriteTime("closeTime"u8, average.LastTimeUs);
        request.Json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes the fields of the best levels.</summary>
    public static void WriteBest(this Utf8JsonWriter json, Symbol symbol, in BookTicker best)
    {
        json.WriteDecimal("bidPrice"u8, SymbolUnits.Price(symbol, best.Bid.Price));
        json.WriteDecimal("bidQty"u8, SymbolUnits.Quantity(symbol, best.Bid.Quantity));
        json.WriteDecimal("askPrice"u8, SymbolUnits.Price(symbol, best.Ask.Price));
        json.WriteDecimal("askQty"u8, SymbolUnits.Quantity(symbol, best.Ask.Quantity));
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
