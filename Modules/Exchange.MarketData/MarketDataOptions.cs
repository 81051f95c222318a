using System.ComponentModel.DataAnnotations;

namespace Exchange.MarketData;

/// <summary>
/// Section `Exchange:MarketData`; checked at start. All are counts per symbol, of things that exist (an interval without a trade takes no
/// room), newest kept; memory grows with use, up to about 7 MB a symbol with the defaults. Answers reach back as far as is kept; a change
/// takes effect from the next start, and what a smaller number drops does not come back with a larger one.
/// </summary>
public sealed class MarketDataOptions
{
    public const string Section = "Exchange:MarketData";

    /// <summary>
    /// Trades: 1,000 to 10,000,000, default 10,000; 56 bytes each. More answers deeper `historicalTrades` without a history store.
    /// </summary>
    [Range(1_000, 10_000_000, ErrorMessage = "Exchange:MarketData:TradesKept is a number of trades from 1000 to 10000000.")]
    public int TradesKept { get; set; } = 10_000;

    /// <summary>Aggregate trades: 1,000 to 10,000,000, default 10,000; 64 bytes each. More answers deeper `aggTrades`.</summary>
    [Range(1_000, 10_000_000, ErrorMessage = "Exchange:MarketData:AggregateTradesKept is a number of aggregate trades from 1000 to 10000000.")]
    public int AggregateTradesKept { get; set; } = 10_000;

    /// <summary>
    /// Candles of a second: 3,720 to 10,000,000, default 4,000; 128 bytes each, as all candles. At least the longest window of an average
    /// price, an hour, and a minute. They answer `1s`.
    /// </summary>
    [Range(3_720, 10_000_000, ErrorMessage = "Exchange:MarketData:SecondCandlesKept is a number of candles from 3720 to 10000000.")]
    public int SecondCandlesKept { get; set; } = 4_000;

    /// <summary>
    /// Candles of a minute: 10,200 to 10,000,000, default 11,520 (8 days). At least the longest window of `ticker`, 7 days and a bit. They
    /// answer `1m`, `3m`, `5m`, and time zones that are off by other minutes than a quarter of an hour.
    /// </summary>
    [Range(10_200, 10_000_000, ErrorMessage = "Exchange:MarketData:MinuteCandlesKept is a number of candles from 10200 to 10000000.")]
    public int MinuteCandlesKept { get; set; } = 11_520;

    /// <summary>Candles of 15 minutes: 2,000 to 10,000,000, default 5,760 (60 days). They answer `15m`, `30m`, and time zones such as +05:45.</summary>
    [Range(2_000, 10_000_000, ErrorMessage = "Exchange:MarketData:QuarterHourCandlesKept is a number of candles from 2000 to 10000000.")]
    public int QuarterHourCandlesKept { get; set; } = 5_760;

    /// <summary>Candles of an hour: 1,000 to 10,000,000, default 17,520 (2 years). They answer `1h` to `12h`, and days and more in a time zone of whole hours.</summary>
    [Range(1_000, 10_000_000, ErrorMessage = "Exchange:MarketData:HourCandlesKept is a number of candles from 1000 to 10000000.")]
    public int HourCandlesKept { get; set; } = 17_520;

    /// <summary>Candles of a day (UTC): 1,000 to 10,000,000, default 7,300 (20 years). They answer `1d`, `3d`, `1w`, `1M`.</summary>
    [Range(1_000, 10_000_000, ErrorMessage = "Exchange:MarketData:DayCandlesKept is a number of candles from 1000 to 10000000.")]
    public int DayCandlesKept { get; set; } = 7_300;
}
