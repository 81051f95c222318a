using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>
    /// Returns the best price of a side in ticks and the lots of all orders at it; zeros when the side is empty. For who owns the engine's
    /// thread: replays and tests. Live, market data is read from the views.
    /// </summary>
    /// <param name="symbolId">Of an existing symbol.</param>
    internal (long Price, long Quantity) Best(int symbolId, Side side)
    {
        var book = _books[symbolId];
        ref var ladder = ref book.Ladder(side);
        return ladder.IsEmpty ? (0, 0) : (book.PriceOf(side, ladder.BestKey), ladder.Best()->Quantity);
    }
}
