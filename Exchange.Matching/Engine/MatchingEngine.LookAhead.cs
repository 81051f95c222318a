using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// Looking ahead: what commands that come soon will touch is fetched into the cache, in passes, because each pass needs what the one before has fetched.
/// Expected commands stand in groups; whenever one group has been executed, the youngest group has its first pass, the one before it its second, and so on:
/// so what a pass asks for has the time of a whole group to arrive. Nothing is changed and nothing decided here: with or without it, whatever is expected
/// and however stale it becomes, the records are the same. With few orders it is not worth its instructions; between few and many, a near look is, which
/// fetches alone what the next three commands begin with.
/// <code>
/// pass 1   places of order ids and of accounts; of many books, the numbers and the heads of both ladders
/// pass 2   order id ─► order; of a new order, the indices of client ids and of accounts not found lately; of many books, the tables of leaves at its price
///          for an order that takes, the best level it meets; of many accounts or symbols: account, symbol ─► list; counts; the numbers of a new order's symbol
/// pass 3   order ─► its neighbours, what its removal changes; list ─► its last order; best level ─► the first maker
///          of many accounts or symbols, or scattered prices: the numbers of the symbol; funds; levels, or the nodes above
///          otherwise, as levels are near: level ─► the last order there
/// pass 4   first maker ─► what its removal changes, the maker behind it; of many accounts or symbols: the base asset's funds of maker and taker
///          of many accounts or symbols, or scattered prices: level ─► as above; node ─► leaf
/// </code>
/// </summary>
public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>Commands of a group.</summary>
    internal const int LookAheadLength = ExpectedGroup.Length;

    /// <summary>Commands that are expected, at most, before the next one is executed.</summary>
    internal const int LookAheadDistance = LookAheadLength * PassCount;

    /// <summary>A power of two.</summary>
    private const int PassCount = 4;

    /// <summary>Symbols whose books and levels no longer lie in the second cache together, however few accounts trade them.</summary>
    private const int ManySymbols = 128;

    /// <summary>Resting orders from which the near look is worth its instructions: with fewer, what it fetches is near anyway.</summary>
    private const int NearLookOrders = 4_096;

    /// <summary>Groups by age, a ring: the youngest stands at <see cref="_youngestGroup"/>. Pinned, for as long as the engine lives.</summary>
    private readonly ExpectedGroup[] _groups = GC.AllocateArray<ExpectedGroup>(PassCount, pinned: true);
    private int _youngestGroup;

    // That one, at hand: null before the first look.
    private ExpectedGroup* _youngest;

    /// <summary>What the near look knows of the next command.</summary>
    private NearCommand _near;

    /// <summary>
    /// Resting orders from which looking ahead is worth its instructions: with fewer, all that commands touch lies in the second cache, some 300 bytes an
    /// order. Smaller in tests only.
    /// </summary>
    internal int LookAheadOrders { get; set; } = 32_768;

    /// <summary>
    /// Symbols from which looking ahead at their books, 1.3 KB each, is worth its instructions: with fewer, they are near anyway. Smaller in tests only.
    /// </summary>
    internal int LookAheadSymbols { get; set; } = 2_048;

    /// <summary>
    /// Accounts' lists of orders from which looking ahead at accounts, numbers of symbols and levels is worth its instructions: with fewer, they are near anyway,
    /// unless there are many symbols. Smaller in tests only.
    /// </summary>
    internal int LookAheadAccounts { get; set; } = 8_192;

    private bool WantsAccounts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _orders.AccountOrdersCount >= LookAheadAccounts | _books.Length >= ManySymbols;
    }

    private bool WantsBooks
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _books.Length >= LookAheadSymbols;
    }

    /// <summary>Whether looking ahead is worth its instructions.</summary>
    internal bool WantsLookAhead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _orders.Count >= LookAheadOrders;
    }

    /// <summary>Whether the near look is worth its instructions, and the whole one is not.</summary>
    internal bool WantsNearLook
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _orders.Count >= NearLookOrders && !WantsLookAhead;
    }

    /// <summary>
    /// The look ahead of a book of middling size: fetches where the order that the third command from now names is found, or the list of its account's orders;
    /// that order or list of the one after next; and what lies behind it for the next one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void LookNear(in CommandSlot afterNext, in CommandSlot third)
    {
        _orders.PrefetchPlace(third.Type == CommandType.PlaceOrder, third.Owner, third.OrderId);
        ref var next = ref _near;
        if (next.Type == CommandType.MoveOrder)
        {
            _orders.PrefetchNeighbours(next.Slot);
        }
        else
        {
            _orders.PrefetchBehind(next.Type == CommandType.PlaceOrder, next.Slot, next.ClientHash);
        }

        next.Type = afterNext.Type;
        next.ClientHash = OrderStore.HashOf(afterNext.AccountId, afterNext.ClientHash);
        next.Slot = _orders.PrefetchNamed(afterNext.Type == CommandType.PlaceOrder, afterNext.Owner, afterNext.OrderId);
    }

    /// <summary>A command whose order, or list of its account's orders, has been fetched. What becomes stale is harmless.</summary>
    private struct NearCommand
    {
        public CommandType Type;
        public uint ClientHash;

        /// <summary>Where its order, or the list of its account's orders, probably is.</summary>
        public int Slot;
    }

    /// <summary>A command comes soon: it joins the youngest group, which has at most <see cref="LookAheadLength"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Expect(in CommandSlot command)
    {
        if ((uint)command.SymbolId >= (uint)_books.Length || !command.Type.IsOfOneOrder())
        {
            return;
        }

        if (WantsBooks)
        {
            BookOf(command.SymbolId).PrefetchHead();
        }

        var isPlace = command.Type == CommandType.PlaceOrder;
        if (_youngest == null)
        {
            _youngest = GroupOfPass(1);
        }

        _youngest->Next(isPlace)->Take(in command);
        _orders.PrefetchPlace(isPlace, command.Owner, command.OrderId);
    }

    /// <summary>A group has been expected, another one executed: every group has its next pass, and a new one begins.</summary>
    internal void AdvanceLookAhead()
    {
        _orders.PrefetchFree();
        var wantsAccounts = WantsAccounts;
        LookAtOrders(GroupOfPass(2), wantsAccounts);
        LookAtNeighbours(GroupOfPass(3), wantsAccounts);
        var oldest = GroupOfPass(PassCount);
        LookAtQueues(oldest, wantsAccounts);
        oldest->Clear();
        _youngestGroup = (_youngestGroup + PassCount - 1) & (PassCount - 1);
        _youngest = GroupOfPass(1);
    }

    /// <summary>What was expected comes no more.</summary>
    internal void ForgetExpected()
    {
        for (var pass = 1; pass <= PassCount; pass++)
        {
            GroupOfPass(pass)->Clear();
        }
    }

    // Safety: the array is pinned, and reachable as long as this is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ExpectedGroup* GroupOfPass(int pass) =>
        (ExpectedGroup*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_groups)) + ((_youngestGroup + pass - 1) & (PassCount - 1));

    // Safety: whatever is expected names a symbol that exists, and none ever goes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SymbolBook BookOf(int symbolId) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_books), (nuint)(uint)symbolId);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookAtOrders(ExpectedGroup* group, bool wantsAccounts)
    {
        var wantsBooks = WantsBooks;
        for (ExpectedCommand* change = group->Changes, end = change + group->ChangeCount; change != end; change++)
        {
            change->Slot = _orders.GuessAndPrefetch(change->OrderId);
            if (wantsBooks)
            {
                BookOf(change->SymbolId).PrefetchTables(change->Price);
            }
        }

        for (ExpectedCommand* place = group->Places, end = place + group->PlaceCount; place != end; place++)
        {
            place->Slot = _orders.GuessAccountOrders(place->Owner);
            _orders.PrefetchOwner(place->Owner, place->ClientHash);
            if (wantsAccounts)
            {
                _orders.PrefetchList(place->Slot);
                _risk.Prefetch(place->AccountId);
                BookOf(place->SymbolId).Prefetch();
            }

            if (place->Takes)
            {
                ref var makers = ref BookOf(place->SymbolId).Ladder(place->Side.Opposite());
                makers.PrefetchLevel(makers.BestKey);
            }

            if (wantsBooks)
            {
                BookOf(place->SymbolId).PrefetchTables(place->Price);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookAtNeighbours(ExpectedGroup* group, bool wantsAccounts)
    {
        var orders = _orders.Start;
        for (ExpectedCommand* change = group->Changes, end = change + group->ChangeCount; change != end; change++)
        {
            // Safety: a slot that was guessed is one of the store, whose orders never move.
            var order = orders + change->Slot;
            var book = BookOf(change->SymbolId);
            var side = order->Side;
            ref var ladder = ref book.Ladder(side);
            change->Side = side;
            var isFar = wantsAccounts | ladder.IsScattered;
            if (isFar)
            {
                LookAtLevel(group, ref ladder, change->Key = book.KeyOf(side, order->Price));
                book.Prefetch();
                book.PrefetchBestOfOther(side);
            }

            Prefetch.Line(orders + order->Next);
            Prefetch.Line(orders + order->Previous);
            if (change->Type == CommandType.CancelOrder)
            {
                _orders.PrefetchRemoval(change->Slot);
                if (isFar)
                {
                    _ledger.Prefetch(change->AccountId, book.Numbers.PaidAssetId(side));
                }

                continue;
            }

            change->NewKey = book.KeyOf(side, change->Price);
            if (isFar)
            {
                change->NewLeaf = LookAtLevel(group, ref ladder, change->NewKey);
            }
            else
            {
                change->NewLeaf = ladder.Remembered(change->NewKey);
                Prefetch.Line(orders + _leaves.GuessQueue(change->NewLeaf, change->NewKey).Last);
            }
        }

        for (ExpectedCommand* place = group->Places, end = place + group->PlaceCount; place != end; place++)
        {
            var book = BookOf(place->SymbolId);
            ref var ladder = ref book.Ladder(place->Side);
            place->NewKey = book.KeyOf(place->Side, place->Price);
            _orders.PrefetchAccountOrders(place->Slot);
            if (place->Takes)
            {
                LookAtFirst(book, place);
                group->AddTaker(place);
            }

            if (!(wantsAccounts | ladder.IsScattered))
            {
                place->NewLeaf = ladder.Remembered(place->NewKey);
                Prefetch.Line(orders + _leaves.GuessQueue(place->NewLeaf, place->NewKey).Last);
                continue;
            }

            place->NewLeaf = LookAtLevel(group, ref ladder, place->NewKey);
            _ledger.Prefetch(place->AccountId, book.Numbers.PaidAssetId(place->Side));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Leaf* LookAtLevel(ExpectedGroup* group, ref PriceLadder ladder, long key)
    {
        if (ladder.IsScattered)
        {
            group->IsScattered = true;
            ladder.PrefetchNode(key);
        }

        return ladder.PrefetchLevel(key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookAtQueues(ExpectedGroup* group, bool wantsAccounts)
    {
        for (var i = 0; i < group->TakerCount; i++)
        {
            LookAtMaker(group->Taker(i), wantsAccounts);
        }

        if (!wantsAccounts & !group->IsScattered)
        {
            // Pass 3 has fetched them: the levels are near.
            return;
        }

        if (group->IsScattered)
        {
            LookAtScattered(group);
        }

        // Safety: what was a leaf lies in the store for ever, and its levels name orders of theirs.
        var orders = _orders.Start;
        for (ExpectedCommand* change = group->Changes, end = change + group->ChangeCount; change != end; change++)
        {
            if (change->Type != CommandType.CancelOrder)
            {
                Prefetch.Line(orders + _leaves.GuessQueue(change->NewLeaf, change->NewKey).Last);
            }
        }

        for (ExpectedCommand* place = group->Places, end = place + group->PlaceCount; place != end; place++)
        {
            Prefetch.Line(orders + _leaves.GuessQueue(place->NewLeaf, place->NewKey).Last);
        }
    }

    /// <summary>Fetches the first order of the other side, which an order that takes may meet.</summary>
    private void LookAtFirst(SymbolBook book, ExpectedCommand* taker)
    {
        ref var makers = ref book.Ladder(taker->Side.Opposite());
        taker->Slot = makers.GuessQueue(makers.BestKey).First;
        Prefetch.Line(_orders.Start + taker->Slot);
    }

    /// <summary>
    /// Fetches what the first fill of an order that takes touches: what the removal of the maker changes, the maker behind it, and the funds of both in the base
    /// asset: those in quote assets, of which there are few, are near.
    /// </summary>
    private void LookAtMaker(ExpectedCommand* taker, bool wantsAccounts)
    {
        // Safety: whatever its level named is a slot of the store.
        ref var maker = ref _orders[taker->Slot];
        _orders.PrefetchRemoval(taker->Slot);
        _orders.PrefetchPlaceOfOrder(maker.OrderId);
        Prefetch.Line(_orders.Start + maker.Next);
        if (wantsAccounts)
        {
            var assetId = BookOf(taker->SymbolId).Numbers.BaseAssetId;
            _ledger.Prefetch(maker.AccountId, assetId);
            _ledger.Prefetch(taker->AccountId, assetId);
        }
    }

    /// <summary>Where prices are far apart: the nodes above the leaves have been fetched.</summary>
    private void LookAtScattered(ExpectedGroup* group)
    {
        for (ExpectedCommand* change = group->Changes, end = change + group->ChangeCount; change != end; change++)
        {
            ref var ladder = ref BookOf(change->SymbolId).Ladder(change->Side);
            ladder.PrefetchScattered(change->Key);
            if (change->Type != CommandType.CancelOrder)
            {
                ladder.PrefetchScattered(change->NewKey);
            }
        }

        for (ExpectedCommand* place = group->Places, end = place + group->PlaceCount; place != end; place++)
        {
            BookOf(place->SymbolId).Ladder(place->Side).PrefetchScattered(place->NewKey);
        }
    }
}
