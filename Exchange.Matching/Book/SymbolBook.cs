using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// The book of one symbol: two ladders of levels, each level a FIFO queue of resting orders, and the symbol's own counters.
/// Keeps the queue links and level totals right; ids, funds and events are the engine's matter. Engine thread only.
/// </summary>
internal sealed unsafe class SymbolBook(Symbol symbol, OrderStore orders, NodeStore nodes, LeafStore leaves)
{
    private readonly long _keyOffset = symbol.MaxPrice + 1;

    // Safety, for all that follows: slots of orders lie in their store, whose orders never move; slot 0's links are nobody's.
    private readonly RestingOrder* _orders = orders.Start;

    public Symbol Symbol { get; } = symbol;

    /// <summary>Those of the symbol, here, because every command needs them.</summary>
    public readonly SymbolNumbers Numbers = symbol.Numbers;

    /// <summary>What is remembered of the filters of prices.</summary>
    public AllowedPrices AllowedPrices;

    public long LastTradeId;
    public long LastAggregateTradeId;
    public long LastUpdateId;

    /// <summary>Why the symbol takes no new orders; none while it does.</summary>
    public Restrictions Restrictions;

    /// <summary>The symbol takes no new orders.</summary>
    public bool IsCancelOnly => Restrictions != Restrictions.None;

    // Last: the fields above share a few lines, the ladders have several each.
    private Ladders _ladders = NewLadders(nodes, leaves);

    /// <summary>By side, side by side.</summary>
    [InlineArray(2)]
    private struct Ladders
    {
        private PriceLadder _first;
    }

    // Safety: one bit of the side, whatever it is, finds one of the two. Why not an index: a product is on the way of everything that follows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref PriceLadder Ladder(Side side) => ref Unsafe.AddByteOffset(ref _ladders[1], side.BuyMask() & -Unsafe.SizeOf<PriceLadder>());

    /// <summary>The ladder of the other side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref PriceLadder OtherLadder(Side side) => ref Unsafe.AddByteOffset(ref _ladders[0], side.BuyMask() & Unsafe.SizeOf<PriceLadder>());

    /// <summary>Fetches what every command needs of a symbol.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch()
    {
        Types.Prefetch.Line(in Numbers.QuoteUnitsPerTickLot);
        Types.Prefetch.Line(in Numbers.MaxPrice);
        Types.Prefetch.Line(in AllowedPrices);
    }

    /// <summary>Fetches the best key of the other side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBestOfOther(Side side) => OtherLadder(side).PrefetchBest();

    /// <summary>Fetches what a look ahead itself needs of a book, and what every command needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchHead()
    {
        Types.Prefetch.Line(in _keyOffset);

        // Again in a later pass: without it here, 10,000 symbols were rather slower (396 beside 373 ns, three turns).
        Prefetch();
        _ladders[0].PrefetchBest();
        _ladders[1].PrefetchBest();
    }

    /// <summary>Fetches where the leaves of a price are found, on either side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchTables(long price)
    {
        _ladders[0].PrefetchTable(KeyOf(Side.Buy, price));
        _ladders[1].PrefetchTable(KeyOf(Side.Sell, price));
    }

    /// <summary>Returns the ladder key of a price on <paramref name="side"/>: the better the price, the lower the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long KeyOf(Side side, long price)
    {
        // The price of a sell, the greatest price minus that of a buy.
        var buyMask = side.BuyMask();
        return (price ^ buyMask) + (_keyOffset & buyMask);
    }

    /// <summary>Returns the price of a ladder key, in ticks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long PriceOf(Side side, long key) => KeyOf(side, key);

    /// <summary>Returns whether an incoming order of <paramref name="side"/> at <paramref name="price"/> meets the other side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Crosses(Side side, long price)
    {
        // The best key of an empty side is above that of every price. A price's two keys come to the greatest price.
        return OtherLadder(side).BestKey <= _keyOffset - 1 - KeyOf(side, price);
    }

    /// <summary>Puts an order (side, price and leaves set) at the tail of its level.</summary>
    public void AddLast(int slot)
    {
        var order = _orders + slot;
        AddLast(slot, order, order->Side, order->Price, order->Leaves);
    }

    /// <summary>As above, for who has the numbers at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLast(int slot, RestingOrder* order, Side side, long price, long leaves) =>
        Link(slot, order, leaves, ref Ladder(side), KeyOf(side, price));

    /// <summary>Takes an order, with all its leaves, out of its level; drops the level when it was the last one there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(int slot)
    {
        var order = _orders + slot;
        Unlink(order, ref Ladder(order->Side), KeyOf(order->Side, order->Price));
    }

    /// <summary>Takes an order out of its level and puts it at the tail of the one at another price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Move(int slot, RestingOrder* order, Side side, long price)
    {
        ref var ladder = ref Ladder(side);
        Unlink(order, ref ladder, KeyOf(side, order->Price));
        order->Price = price;
        Link(slot, order, order->Leaves, ref ladder, KeyOf(side, price));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Link(int slot, RestingOrder* order, long leaves, ref PriceLadder ladder, long key)
    {
        var level = ladder.Occupy(key, slot);
        if (level == null)
        {
            (order->Next, order->Previous) = (0, 0);
            return;
        }

        var last = level->Last;
        order->Next = 0;
        order->Previous = last;
        _orders[last].Next = slot;
        level->First = Links.IfNone(last, slot, level->First);
        level->Last = slot;
        level->Quantity += leaves;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unlink(RestingOrder* order, ref PriceLadder ladder, long key)
    {
        if (ladder.TryFindWide(key, out var leaf))
        {
            ladder.VacateWide(leaf, key, isEmpty: Detach(order, Leaf.WideLevel(leaf, key)));
        }
        else
        {
            UnlinkOtherwise(order, ref ladder, key);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void UnlinkOtherwise(RestingOrder* order, ref PriceLadder ladder, long key) => ladder.Vacate(key, isEmpty: Detach(order, ladder.LevelAt(key)));

    /// <summary>Takes an order out of its level's queue; returns whether it was the last one there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Detach(RestingOrder* order, PriceLevel* level)
    {
        var start = _orders;
        var (next, previous) = (order->Next, order->Previous);
        start[previous].Next = next;
        start[next].Previous = previous;
        level->First = Links.IfNone(previous, next, level->First);
        level->Last = Links.IfNone(next, previous, level->Last);
        level->Quantity -= order->Leaves;
        return (next | previous) == 0;
    }

    /// <summary>Takes lots off an order; fewer than its leaves, or all of them just before <see cref="Remove"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeOff(ref RestingOrder order, long lots)
    {
        order.Leaves -= lots;
        Ladder(order.Side).LevelAt(KeyOf(order.Side, order.Price))->Quantity -= lots;
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
        var level = ladder.Best();
        for (var seen = 0; level != null && key <= limitKey && seen < levelLimit; seen++)
        {
            var quotePerLot = Numbers.Notional(PriceOf(side.Opposite(), key), 1);
            var affordable = (wantedQuote - sweep.Quote) / quotePerLot;
            var lots = Math.Min(level->Quantity, Math.Min(wantedLots - sweep.Lots, affordable));
            sweep.Lots += lots;
            sweep.Quote += lots * quotePerLot;
            if (lots < level->Quantity || sweep.Lots == wantedLots)
            {
                sweep.IsExhausted = false;
                return sweep;
            }

            // Another lot at this price would have been affordable, had there been one.
            sweep.IsExhausted = wantedQuote - sweep.Quote >= quotePerLot;
            level = ladder.FirstAfter(key, out key);
        }

        return sweep;
    }

    private static Ladders NewLadders(NodeStore nodes, LeafStore leaves)
    {
        var ladders = default(Ladders);
        ladders[(int)Side.Buy] = new PriceLadder(nodes, leaves);
        ladders[(int)Side.Sell] = new PriceLadder(nodes, leaves);
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
