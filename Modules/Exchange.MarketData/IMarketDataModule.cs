using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>
/// The market data module's door: the published book and trades of each symbol. Any thread. Every method sees all of a batch of records or
/// nothing of it, and none costs more the more trades there have been: what is kept is bounded by <see cref="MarketDataOptions"/>.
/// </summary>
public interface IMarketDataModule
{
    /// <summary>The fold of durable records into market data; fed by recovery and publisher.</summary>
    IRecordConsumer View { get; }

    /// <summary>Returns an empty view of the same kind as <see cref="View"/>, for the snapshotter.</summary>
    IRecordConsumer NewView();

    /// <summary>Copies the best levels of both sides, best first.</summary>
    /// <param name="limit">Most levels per side, at least 1.</param>
    /// <returns>The update id at which the copied levels stood; 0 before the first change.</returns>
    long CopyDepth(Symbol symbol, int limit, List<DepthLevel> bids, List<DepthLevel> asks);

    /// <summary>Returns the best bid and ask.</summary>
    BookTicker BookTicker(Symbol symbol);

    /// <summary>
    /// Copies the newest trades, or those from an id on, oldest first; those that are no longer kept come from the history store. Without a store
    /// the copy begins with the oldest that is kept.
    /// </summary>
    /// <param name="trades">Filled when the task completes; it must not be used before, nor after a failure.</param>
    /// <exception cref="HistoryUnavailableException">The store is needed and cannot be read now.</exception>
    ValueTask CopyTradesAsync(Symbol symbol, TradeRange range, List<PublicTrade> trades, CancellationToken cancellationToken);

    /// <summary>Copies aggregate trades, oldest first; otherwise as <see cref="CopyTradesAsync"/>.</summary>
    /// <param name="trades">Filled when the task completes; it must not be used before, nor after a failure.</param>
    /// <exception cref="HistoryUnavailableException">The store is needed and cannot be read now.</exception>
    ValueTask CopyAggregateTradesAsync(Symbol symbol, TradeRange range, List<AggregateTrade> trades, CancellationToken cancellationToken);

    /// <summary>
    /// Copies candles, oldest first. An interval without a trade has a flat candle at the close before it; there is none before the first trade
    /// that is kept, nor of an interval of which a part is no longer kept.
    /// </summary>
    void CopyCandles(Symbol symbol, in CandleRange range, List<Candle> candles);

    /// <summary>Returns what was traded since a time.</summary>
    /// <param name="fromUs">A whole minute of at most 7 days ago, or a whole second of at most an hour ago.</param>
    MarketStatistics StatisticsSince(Symbol symbol, long fromUs);

    /// <summary>Returns the price of the symbol's last trade in ticks, or 0 before the first.</summary>
    long LastPrice(Symbol symbol);
}
