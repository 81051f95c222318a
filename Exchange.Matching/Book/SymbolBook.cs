using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// The book of one symbol: two ladders of levels, each level a FIFO queue of resting orders, and the symbol's own counters.
/// Keeps the queue links and level totals right; ids, funds and events are the engine's matter. Engine thread only.
/// </summary>
internal sealed unsafe class SymbolBook(Symbol symbol, OrderStore orders, LevelStore levels, NodeStore nodes)
{
    private readonly long _keyOffset = symbol.MaxPrice + 1;

    public Symbol Symbol { get; } = symbol;

    public long LastTradeId;
    public long LastAggregateTradeId;
    public long LastUpdateId;

    /// <summary>Why the symbol takes no new orders; none while it does.</summary>
    public Restrictions Restrictions;

    /// <summary>The symbol takes no new orders.</summary>
    public bool IsCancelOnly => Restrictions != Restrictions.None;

    // Last: the fields above share a line or two, the ladders have several each.
    private Ladders _ladders = NewLadders(nodes);

    /// <summary>By side, side by side.</summary>
    [InlineArray(2)]
    private struct Ladders
    {
        private PriceLadder _first;
    }

    /// <summary>Fetches the book's own fields and the heads of its ladders.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch()
    {
        Types.Prefetch.Line(ref LastTradeId);
        Types.Prefetch.Line(ref _ladders[0]);
        Types.Prefetch.Line(ref _ladders[1]);
    }

    /// <summary>Fetches the symbol's numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchSymbol() => Types.Prefetch.Object(Symbol, size: 4 * 64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    // Safety: one bit of the side, whatever it is, finds one of the two.
    public ref PriceLadder Ladder(Side side) => ref Unsafe.Add(ref _ladders[0], (int)side & 1);

    /// <summary>Returns the ladder key of a price on <paramref name="side"/>: the better the price, the lower the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long KeyOf(Side side, long price)
    {
        // The price of a sell, the greatest price minus that of a buy. Why without a branch: no processor can foresee sides.
        var buyMask = (long)side - 1;
        return (price ^ buyMask) + (_keyOffset & buyMask);
    }

    /// <summary>Returns whether an incoming order of <paramref name="side"/> at <paramref name="price"/> meets the other side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Crosses(Side side, long price)
    {
        ref var other = ref Ladder(side.Opposite());
        return other.BestLevel != 0 && other.BestKey <= KeyOf(side.Opposite(), price);
    }

    /// <summary>Puts an order (side, price and leaves set) at the tail of its level.</summary>
    public void AddLast(int slot) => AddLast(slot, ref orders[slot]);

    /// <param name="order">The order in the slot.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLast(int slot, ref RestingOrder order)
    {
        ref var ladder = ref Ladder(order.Side);
        var key = KeyOf(order.Side, order.Price);
        var index = ladder.Find(key, out var leaf);
        if (index == 0)
        {
            index = levels.Take(order.Price);
            ladder.Add(key, leaf, index);
        }

        // Safety: slots of orders and levels lie in their stores; slot 0's links are nobody's.
        var level = levels.Start + index;
        var last = level->Last;
        order.Level = index;
        order.Next = 0;
        order.Previous = last;
        orders.Start[last].Next = slot;
        level->First = Links.IfNone(last, slot, level->First);
        level->Last = slot;
        level->OrderCount++;
        level->Quantity += order.Leaves;
    }

    /// <summary>Takes an order, with all its leaves, out of its level; drops the level when it was the last one there.</summary>
    public void Remove(int slot) => Remove(ref orders[slot]);

    /// <param name="order">The order in the book.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(ref RestingOrder order)
    {
        // Safety: as AddLast.
        var level = levels.Start + order.Level;
        var (next, previous) = (order.Next, order.Previous);
        level->Quantity -= order.Leaves;
        level->OrderCount--;
        if ((next | previous) == 0)
        {
            Drop(ref order, level);
            return;
        }

        var start = orders.Start;
        start[previous].Next = next;
        start[next].Previous = previous;
        level->First = Links.IfNone(previous, next, level->First);
        level->Last = Links.IfNone(next, previous, level->Last);
    }

    /// <summary>Drops the level that an order was the last of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Drop(ref RestingOrder order, PriceLevel* level)
    {
        Invariant.That((level->Quantity | (uint)level->OrderCount) == 0, "a level without orders has no quantity");
        Ladder(order.Side).Remove(KeyOf(order.Side, order.Price));
        levels.Free(order.Level);
    }

    /// <summary>Takes lots off an order; fewer than its leaves, or all of them just before <see cref="Remove"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeOff(ref RestingOrder order, long lots)
    {
        order.Leaves -= lots;
        levels[order.Level].Quantity -= lots;
    }

    /// <summary>
    /// Looks how far an incoming order would get against the other side, best level first, and changes nothing.
    /// </summary>
    /// <param name="limitKey">Greatest key it accepts.</param>
    /// <param name="wantedLots">Lots it wants; long.MaxValue when it is bounded by <paramref name="wantedQuote"/> instead.</param>
    /// <param name="wantedQuote">Quote units it wants to pay or receive at most; long.MaxValue when bounded by lots.</param>
    /// <param name="levelLimit">Most levels to look at.</param>
    public Sweep LookThrough(Side side, long limitKey, long wantedLots, long wantedQuote, int levelLimit)
    {
        var sweep = default(Sweep);
        ref var ladder = ref Ladder(side.Opposite());
        var key = ladder.BestKey;
        var index = ladder.BestLevel;
        for (var seen = 0; index != 0 && key <= limitKey && seen < levelLimit; seen++)
        {
            ref readonly var level = ref levels[index];
            var quotePerLot = Symbol.Notional(level.Price, 1);
            var affordable = (wantedQuote - sweep.Quote) / quotePerLot;
            var lots = Math.Min(level.Quantity, Math.Min(wantedLots - sweep.Lots, affordable));
            sweep.Lots += lots;
            sweep.Quote += lots * quotePerLot;
            if (lots < level.Quantity || sweep.Lots == wantedLots)
            {
                sweep.IsExhausted = false;
                return sweep;
            }

            // Another lot at this price would have been affordable, had there been one.
            sweep.IsExhausted = wantedQuote - sweep.Quote >= quotePerLot;
            index = ladder.FirstAfter(key, out key);
        }

        return sweep;
    }

    private static Ladders NewLadders(NodeStore nodes)
    {
        var ladders = default(Ladders);
        ladders[(int)Side.Buy] = new PriceLadder(nodes);
        ladders[(int)Side.Sell] = new PriceLadder(nodes);
        return ladders;
    }
}

/// <summary>What an incoming order would find.</summary>
internal struct Sweep
{
    public long Lots;

    /// <summary>Quote units that the lots cost or bring.</summary>
    public long Quote;

    /// <summary>Every level it may look at is emptied and it wants at least one lot more at the last price.</summary>
    public bool IsExhausted;
}
