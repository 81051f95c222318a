using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.MarketData;

/// <summary>The market data module's door: the published book and trades of each symbol. Any thread.</summary>
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

    /// <summary>Copies the newest trades, oldest first.</summary>
    /// <param name="limit">Most trades, 1 to 1,000 (as many as are kept).</param>
    void CopyTrades(Symbol symbol, int limit, List<PublicTrade> trades);

    /// <summary>Returns the price of the symbol's last trade in ticks, or 0 before the first.</summary>
    long LastPrice(Symbol symbol);
}

/// <summary>One price level.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots, more than 0.</param>
public readonly record struct DepthLevel(long Price, long Quantity);

/// <summary>One trade as everybody sees it.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots.</param>
/// <param name="TimeUs">Journal microseconds.</param>
/// <param name="IsBuyerMaker">The resting party bought.</param>
public readonly record struct PublicTrade(long TradeId, long AggregateTradeId, long Price, long Quantity, long TimeUs, bool IsBuyerMaker);
