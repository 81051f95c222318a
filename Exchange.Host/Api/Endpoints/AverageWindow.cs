using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// What was traded in a symbol's average price window, as the engine's reference price takes it: the 5-second buckets of the last
/// <c>avgPriceMins</c> up to that of now; the last price when nothing was traded there, or the window has no length.
/// </summary>
/// <param name="Turnover">Sum of ticks x lots.</param>
/// <param name="Volume">Sum of lots; 0 when the symbol has never traded.</param>
/// <param name="LastTimeUs">Of the last trade; 0 when there was none.</param>
internal readonly record struct AverageWindow(Int128 Turnover, Int128 Volume, long LastTimeUs)
{
    private const long BucketUs = 5_000_000;
    private const int BucketsPerMinute = 12;

    /// <summary>Whole ticks, rounded down as the engine does; 0 when the symbol has never traded.</summary>
    public long ReferencePrice => Volume == 0 ? 0 : (long)(Turnover / Volume);

    public static AverageWindow Of(ApiRequest request, Symbol symbol)
    {
        var buckets = symbol.Spec.AvgPriceMins * BucketsPerMinute;
        var statistics = request.Services.MarketData.StatisticsSince(symbol, Math.Max(0, (request.TimeUs / BucketUs - buckets + 1) * BucketUs));
        var last = statistics.LastTrade;
        return buckets == 0 || statistics.Window.TradeCount == 0
            ? new AverageWindow(last.Price, last.Price == 0 ? 0 : 1, last.TimeUs)
            : new AverageWindow(statistics.Window.Turnover, statistics.Window.Volume, last.TimeUs);
    }
}
