using Exchange.Matching.Views;

namespace Exchange.Matching.Ports;

/// <summary>
/// A fold of durable records into depth, trades, candles and statistics that belongs to its owner: a store that follows the journal folds at its own
/// pace with the calculation of the published view. The owner's thread folds; the methods that copy may be called by any.
/// </summary>
public interface IMarketFold : IRecordConsumer
{
    /// <summary>No symbol's id.</summary>
    const int NoSymbol = -1;

    /// <summary>Symbol whose market the last record may have changed; <see cref="NoSymbol"/> when it changed none.</summary>
    int ChangedSymbolId { get; }

    /// <summary>Copies the best levels of both sides, best first.</summary>
    /// <param name="limit">Most levels per side, at least 1.</param>
    /// <returns>The update id at which the copied levels stood; 0 before the first change.</returns>
    long CopyDepth(int symbolId, int limit, List<DepthLevel> bids, List<DepthLevel> asks);

    /// <summary>Copies the newest trades from an id on, oldest first.</summary>
    /// <param name="fromId">Least id.</param>
    /// <param name="limit">Most trades; where there are more, the newest.</param>
    void CopyTradesSince(int symbolId, long fromId, int limit, List<PublicTrade> trades);

    /// <summary>
    /// Copies the candles that hold trades, oldest first, of the last <paramref name="limit"/> intervals up to that of the newest trade; UTC.
    /// </summary>
    /// <param name="interval">Index into <see cref="IMarketFolds.CandleIntervals"/>.</param>
    /// <param name="fromUs">The candle of this time, and later ones; 0 for all.</param>
    /// <returns>Begin of the first of those intervals, microseconds; 0 before the first trade.</returns>
    long CopyTradedCandles(int symbolId, int interval, long fromUs, int limit, List<Candle> candles);

    /// <summary>Returns what was traded since a time.</summary>
    /// <param name="fromUs">A whole minute of at most 7 days ago, or a whole second of at most an hour ago.</param>
    MarketStatistics StatisticsSince(int symbolId, long fromUs);
}

/// <summary>Makes folds that keep as much as the published view.</summary>
public interface IMarketFolds
{
    /// <summary>Names of the candles' intervals as on the wire (API.md A5), shortest first.</summary>
    IReadOnlyList<string> CandleIntervals { get; }

    /// <summary>Returns an empty fold.</summary>
    IMarketFold NewFold();

    /// <summary>Returns a fold that holds what the published view holds; only while nothing changes that.</summary>
    IMarketFold CopyOfView();
}
