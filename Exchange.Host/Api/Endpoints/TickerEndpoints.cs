using System.Globalization;
using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// What was traded in the last 24 hours, on a trading day, in a window of a chosen length. All begin at a whole minute, which
/// <c>openTime</c> names, and count every trade from then on: a window is up to 59,999 ms longer than its name says.
/// </summary>
internal static class TickerEndpoints
{
    private const int WeightPerSymbol = 4;
    private const int MaxWeight = 200;
    private const long MinuteUs = 60_000_000;
    private const long HourUs = 60 * MinuteUs;
    private const long DayUs = 24 * HourUs;

    private enum TickerType
    {
        Full,
        Mini,
    }

    /// <summary>Where the numbers of a ticker come from.</summary>
    /// <param name="FromUs">First moment.</param>
    /// <param name="CloseUs">Last moment, as it is shown.</param>
    /// <param name="HasBook">Shows best prices, the close before and the last quantity.</param>
    private readonly record struct TickerWindow(long FromUs, long CloseUs, TickerType Type, bool HasBook);

    public static int DayWeight(ApiRequest request) => request.Has("symbol"u8) ? 2 : TickerSelection.CountNames(request) switch
    {
        0 => 80,
        <= 20 => 2,
        <= 100 => 40,
        _ => 80,
    };

    public static int WindowWeight(ApiRequest request) =>
        Math.Min(MaxWeight, WeightPerSymbol * Math.Max(1, TickerSelection.CountNames(request)));

    /// <summary><c>ticker/24hr</c>.</summary>
    public static ValueTask Day(ApiRequest request)
    {
        var type = ReadType(request);
        if (TickerSelection.TryRead(request, isMandatory: false, mostSymbols: int.MaxValue, out var selection))
        {
            Write(request, selection, new TickerWindow(WindowBegin(request, DayUs), request.TimeUs, type, HasBook: true));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary><c>ticker/tradingDay</c>: since midnight in <c>timeZone</c>.</summary>
    public static ValueTask TradingDay(ApiRequest request)
    {
        var type = ReadType(request);
        var offsetUs = request.TimeZoneOffsetUs();
        if (TickerSelection.TryRead(request, isMandatory: true, SymbolSelection.MaxSymbols, out var selection))
        {
            var beginUs = (request.TimeUs + offsetUs) / DayUs * DayUs - offsetUs;
            Write(request, selection, new TickerWindow(beginUs, beginUs + DayUs - 1, type, HasBook: false));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary><c>ticker</c>: the last <c>windowSize</c>.</summary>
    public static ValueTask Window(ApiRequest request)
    {
        var type = ReadType(request);
        var lengthUs = ReadWindowSize(request);
        if (TickerSelection.TryRead(request, isMandatory: true, SymbolSelection.MaxSymbols, out var selection))
        {
            Write(request, selection, new TickerWindow(WindowBegin(request, lengthUs), request.TimeUs, type, HasBook: false));
        }

        return ValueTask.CompletedTask;
    }

    private static long WindowBegin(ApiRequest request, long lengthUs) => Math.Max(0, (request.TimeUs - lengthUs) / MinuteUs * MinuteUs);

    private static TickerType ReadType(ApiRequest request)
    {
        if (!request.TryText("type"u8, out var text) || text.SequenceEqual("FULL"u8))
        {
            return TickerType.Full;
        }

        if (!text.SequenceEqual("MINI"u8))
        {
            request.Fail(Errors.InvalidTickerType);
        }

        return TickerType.Mini;
    }

    /// <summary>Reads 1m to 59m, 1h to 23h, 1d to 7d.</summary>
    private static long ReadWindowSize(ApiRequest request)
    {
        if (!request.TryText("windowSize"u8, out var text))
        {
            return DayUs;
        }

        if (text.Length is 2 or 3 && DecimalText.ParseInteger(text[..^1], out var count) == DecimalResult.Parsed && count > 0)
        {
            switch (text[^1])
            {
                case (byte)'m' when count <= 59:
                    return count * MinuteUs;
                case (byte)'h' when count <= 23:
                    return count * HourUs;
                case (byte)'d' when count <= 7:
                    return count * DayUs;
            }
        }

        request.Fail(Errors.InvalidData("windowSize"));
        return DayUs;
    }

    private static void Write(ApiRequest request, in TickerSelection selection, TickerWindow window) =>
        selection.Write(request, (request, symbol) => Write(request, symbol, window));

    private static void Write(ApiRequest request, Symbol symbol, in TickerWindow window)
    {
        var statistics = request.Services.MarketData.StatisticsSince(symbol, window.FromUs);
        var traded = statistics.Window;
        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        if (window.Type == TickerType.Full)
        {
            json.WriteDecimal("priceChange"u8, SymbolUnits.Price(symbol, traded.Close) - SymbolUnits.Price(symbol, traded.Open));
            json.WriteString("priceChangePercent"u8, PercentText(traded.Open, traded.Close));
            json.WriteDecimal("weightedAvgPrice"u8, SymbolUnits.AveragePrice(symbol, traded.Turnover, traded.Volume));
        }

        if (window.HasBook && window.Type == TickerType.Full)
        {
            WriteDayFields(request, symbol, statistics);
        }

        json.WriteDecimal("openPrice"u8, SymbolUnits.Price(symbol, traded.Open));
        json.WriteDecimal("highPrice"u8, SymbolUnits.Price(symbol, traded.High));
        json.WriteDecimal("lowPrice"u8, SymbolUnits.Price(symbol, traded.Low));
        if (!window.HasBook || window.Type == TickerType.Mini)
        {
            json.WriteDecimal("lastPrice"u8, SymbolUnits.Price(symbol, traded.Close));
        }

        json.WriteDecimal("volume"u8, SymbolUnits.Quantity(symbol, traded.Volume));
        json.WriteDecimal("quoteVolume"u8, SymbolUnits.Quote(symbol, traded.Turnover));
        request.WriteTime("openTime"u8, window.FromUs);
        request.WriteTime("closeTime"u8, window.CloseUs);
        json.WriteNumber("firstId"u8, traded.FirstTradeId);
        json.WriteNumber("lastId"u8, traded.LastTradeId);
        json.WriteNumber("count"u8, traded.TradeCount);
        json.WriteEndObject();
    }

    /// <summary>The fields that only the full ticker of 24 hours has.</summary>
    private static void WriteDayFields(ApiRequest request, Symbol symbol, in MarketStatistics statistics)
    {
        var hasTrades = statistics.Window.TradeCount != 0;
        request.Json.WriteDecimal("prevClosePrice"u8, SymbolUnits.Price(symbol, statistics.PreviousClose));
        request.Json.WriteDecimal("lastPrice"u8, SymbolUnits.Price(symbol, statistics.Window.Close));
        request.Json.WriteDecimal("lastQty"u8, SymbolUnits.Quantity(symbol, hasTrades ? statistics.LastTrade.Quantity : 0));
        request.Json.WriteBest(symbol, statistics.Best);
    }

    /// <summary>Returns the change in percent with 3 decimals, rounded to the nearest, halves away from zero.</summary>
    private static string PercentText(long open, long close)
    {
        var change = (Int128)close - open;
        var thousandths = open == 0 ? 0 : ((change < 0 ? -change : change) * 100_000 * 2 + open) / (2 * (Int128)open);
        var sign = change < 0 && thousandths != 0 ? "-" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{thousandths / 1_000}.{(int)(thousandths % 1_000):000}");
    }
}
