using System.Runtime.InteropServices;
using System.Text;
using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Api.Endpoints;

/// <summary><c>klines</c>, and <c>uiKlines</c>, which are the same here.</summary>
internal static class CandleEndpoints
{
    private const int DefaultCandles = 500;
    private const int MaxCandles = 1_000;

    public static readonly string[] Names = ["symbol", "interval", "startTime", "endTime", "timeZone", "limit"];

    private static readonly (byte[] Name, CandleInterval Interval)[] Intervals =
        [.. CandleInterval.All.Select(interval => (Encoding.ASCII.GetBytes(interval.Name), interval))];

    /// <summary>One row per interval, flat where nothing was traded; none before the first trade.</summary>
    public static ValueTask Candles(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        var interval = ReadInterval(request);
        var startUs = request.BeginUs("startTime"u8);
        var endUs = request.EndUs("endTime"u8);
        var offsetUs = request.TimeZoneOffsetUs();
        var limit = request.Limit(DefaultCandles, MaxCandles);
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var range = new CandleRange(interval, offsetUs, startUs, endUs ?? long.MaxValue, request.TimeUs, limit);
        request.Services.MarketData.CopyCandles(symbol!, range, request.Candles);
        request.Json.WriteStartArray();
        foreach (ref readonly var candle in CollectionsMarshal.AsSpan(request.Candles))
        {
            Write(request, symbol!, candle, interval.Step(candle.StartUs, 1, offsetUs));
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static CandleInterval ReadInterval(ApiRequest request)
    {
        request.Require("interval"u8);
        if (request.TryText("interval"u8, out var text))
        {
            foreach (var (name, interval) in Intervals)
            {
                if (text.SequenceEqual(name))
                {
                    return interval;
                }
            }

            request.Fail(Errors.InvalidInterval);
        }

        return Intervals[0].Interval;
    }

    private static void Write(ApiRequest request, Symbol symbol, in Candle candle, long nextUs)
    {
        var json = request.Json;
        json.WriteStartArray();
        request.WriteTimeValue(candle.StartUs);
        json.WriteDecimalValue(SymbolUnits.Price(symbol, candle.Open));
        json.WriteDecimalValue(SymbolUnits.Price(symbol, candle.High));
        json.WriteDecimalValue(SymbolUnits.Price(symbol, candle.Low));
        json.WriteDecimalValue(SymbolUnits.Price(symbol, candle.Close));
        json.WriteDecimalValue(SymbolUnits.Quantity(symbol, candle.Volume));
        request.WriteTimeValue(nextUs - 1);
        json.WriteDecimalValue(SymbolUnits.Quote(symbol, candle.Turnover));
        json.WriteNumberValue(candle.TradeCount);
        json.WriteDecimalValue(SymbolUnits.Quantity(symbol, candle.TakerBuyVolume));
        json.WriteDecimalValue(SymbolUnits.Quote(symbol, candle.TakerBuyTurnover));
        json.WriteStringValue("0"u8);
        json.WriteEndArray();
    }
}
