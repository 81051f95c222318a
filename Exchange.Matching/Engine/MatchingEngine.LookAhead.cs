using System.Runtime.CompilerServices;
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
/// pass 1   indices by order id, client id, account; of many books, the numbers and the heads of both ladders
/// pass 2   order id ─► order; of many accounts or symbols: account, symbol ─► list; counts; the numbers of a new order's symbol; of many books, the tables of leaves at the command's price
/// pass 3   order ─► its neighbours, what its removal changes; list ─► its last order
///          of many accounts or symbols, or scattered prices: the numbers of the symbol; funds; levels, or the nodes above
///          otherwise, as levels are near: level ─► the last order there; of the other side, the first one
/// pass 4   of many accounts or symbols, or scattered prices: level ─► as above; node ─► leaf
/// </code>
/// </summary>
public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>Commands of a group.</summary>
    internal const int LookAheadLength = 4;

    /// <summary>Commands that are expected, at most, before the next one is executed.</summary>
    internal const int LookAheadDistance = LookAheadLength * PassCount;

    /// <summary>A power of two.</summary>
    private const int PassCount = 4;

    /// <summary>Symbols whose books and levels no longer lie in the second cache together, however few accounts trade them.</summary>
    private const int ManySymbols = 128;

    /// <summary>Resting orders from which the near look is worth its instructions: with fewer, what it fetches is near anyway.</summary>
    private const int NearLookOrders = 4_096;

    /// <summary>Groups by age, a ring: the youngest stands at <see cref="_youngestGroup"/>.</summary>
    private readonly Group[] _groups = NewGroups();
    private int _youngestGroup;

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
        var group = _groups[_youngestGroup];
        if ((uint)command.SymbolId < (uint)_books.Length)
        {
            if (WantsBooks)
            {
                _books[command.SymbolId].PrefetchHead();
            }

            if (command.Type == CommandType.PlaceOrder)
            {
                group.Places[group.PlaceCount++ & (LookAheadLength - 1)].Take(in command);
                _orders.PrefetchOwner(command.Owner, command.ClientHash);
            }
            else if (command.Type.IsOfOneOrder())
            {
                group.Changes[group.ChangeCount++ & (LookAheadLength - 1)].Take(in command);
                _orders.PrefetchId(command.OrderId);
            }
        }
    }

    /// <summary>A group has been expected, another one executed: every group has its next pass, and a new one begins.</summary>
    internal void AdvanceLookAhead()
    {
        _orders.PrefetchFree();
        LookAtOrders(GroupOfPass(2));
        LookAtNeighbours(GroupOfPass(3));
        var oldest = GroupOfPass(PassCount);
        LookAtQueues(oldest);
        oldest.Clear();
        _youngestGroup = (_youngestGroup + PassCount - 1) & (PassCount - 1);
    }

    /// <summary>What was expected comes no more.</summary>
    internal void ForgetExpected()
    {
        foreach (var group in _groups)
        {
            group.Clear();
        }
    }

    private Group GroupOfPass(int pass) => _groups[(_youngestGroup + pass - 1) & (PassCount - 1)];

    private void LookAtOrders(Group group)
    {
        var wantsBooks = WantsBooks;
        var wantsAccounts = WantsAccounts;
        foreach (ref var change in group.Changes.AsSpan(0, group.ChangeCount))
        {
            change.Slot = _orders.GuessAndPrefetch(change.OrderId);
            if (wantsBooks)
            {
                _books[change.SymbolId].PrefetchTables(change.Price);
            }
        }

        foreach (ref var place in group.Places.AsSpan(0, group.PlaceCount))
        {
            place.Slot = _orders.GuessAccountOrders(place.Owner);
            if (wantsAccounts)
            {
                _orders.PrefetchList(place.Slot);
                _risk.Prefetch(place.AccountId);
                _books[place.SymbolId].Prefetch();
            }

            if (wantsBooks)
            {
                _books[place.SymbolId].PrefetchTables(place.Price);
            }
        }
    }

    private void LookAtNeighbours(Group group)
    {
        var wantsAccounts = WantsAccounts;
        foreach (ref var change in group.Changes.AsSpan(0, group.ChangeCount))
        {
            var book = _books[change.SymbolId];
            ref readonly var order = ref _orders[change.Slot];
            var side = (Side)((int)order.Side & 1);
            ref var ladder = ref book.Ladder(side);
            var key = book.KeyOf(side, order.Price);
            change.Side = side;
            change.Key = key;
            var isFar = wantsAccounts | ladder.IsScattered;
            if (isFar)
            {
                LookAtLevel(group, ref ladder, key);
                book.Prefetch();
                book.Ladder(side.Opposite()).PrefetchBest();
            }

            _orders.PrefetchNeighbours(change.Slot);
            if (change.Type == CommandType.CancelOrder)
            {
                _orders.PrefetchRemoval(change.Slot);
                if (isFar)
                {
                    _ledger.Prefetch(change.AccountId, book.Numbers.PaidAssetId(side));
                }
            }
            else
            {
                change.NewKey = book.KeyOf(side, change.Price);
                if (isFar)
                {
                    LookAtLevel(group, ref ladder, change.NewKey);
                }
                else
                {
                    LookAtTail(book, in change);
                }
            }
        }

        foreach (ref var place in group.Places.AsSpan(0, group.PlaceCount))
        {
            var book = _books[place.SymbolId];
            place.NewKey = book.KeyOf(place.Side, place.Price);
            _orders.PrefetchAccountOrders(place.Slot);
            ref var ladder = ref book.Ladder(place.Side);
            if (wantsAccounts | ladder.IsScattered)
            {
                LookAtLevel(group, ref ladder, place.NewKey);
                _ledger.Prefetch(place.AccountId, book.Numbers.PaidAssetId(place.Side));
                if (place.Takes)
                {
                    ref var makers = ref book.Ladder(place.Side.Opposite());
                    makers.PrefetchLevel(makers.BestKey);
                }
            }
            else
            {
                LookAtEnds(book, in place);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookAtLevel(Group group, ref PriceLadder ladder, long key)
    {
        ladder.PrefetchLevel(key);
        if (ladder.IsScattered)
        {
            group.IsScattered = true;
            ladder.PrefetchNode(key);
        }
    }

    private void LookAtQueues(Group group)
    {
        if (!WantsAccounts & !group.IsScattered)
        {
            // Pass 3 has fetched them: the levels are near.
            return;
        }

        if (group.IsScattered)
        {
            LookAtScattered(group);
        }

        foreach (ref readonly var change in group.Changes.AsSpan(0, group.ChangeCount))
        {
            if (change.Type != CommandType.CancelOrder)
            {
                LookAtTail(_books[change.SymbolId], in change);
            }
        }

        foreach (ref readonly var place in group.Places.AsSpan(0, group.PlaceCount))
        {
            LookAtEnds(_books[place.SymbolId], in place);
        }
    }

    /// <summary>Fetches the last order of the level that an order joins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookAtTail(SymbolBook book, in Expected command) =>
        Prefetch.Line(ref _orders[book.Ladder(command.Side).GuessQueue(command.NewKey).Last]);

    /// <summary>As above, for a new order, which may meet the first one of the other side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookAtEnds(SymbolBook book, in Expected place)
    {
        LookAtTail(book, in place);
        if (place.Takes)
        {
            ref var makers = ref book.Ladder(place.Side.Opposite());
            Prefetch.Line(ref _orders[makers.GuessQueue(makers.BestKey).First]);
        }
    }

    /// <summary>Where prices are far apart: the nodes above the leaves have been fetched.</summary>
    private void LookAtScattered(Group group)
    {
        foreach (ref readonly var change in group.Changes.AsSpan(0, group.ChangeCount))
        {
            ref var ladder = ref _books[change.SymbolId].Ladder(change.Side);
            ladder.PrefetchScattered(change.Key);
            if (change.Type != CommandType.CancelOrder)
            {
                ladder.PrefetchScattered(change.NewKey);
            }
        }

        foreach (ref readonly var place in group.Places.AsSpan(0, group.PlaceCount))
        {
            _books[place.SymbolId].Ladder(place.Side).PrefetchScattered(place.NewKey);
        }
    }

    private static Group[] NewGroups()
    {
        var groups = new Group[PassCount];
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = new Group();
        }

        return groups;
    }

    /// <summary>What is known of a command that comes soon: a copy, because its slot may be another command's by the time of a pass.</summary>
    private struct Expected
    {
        public long Owner;
        public long OrderId;
        public long Price;

        /// <summary>That of the level of the order it names, once that one has been looked at.</summary>
        public long Key;

        /// <summary>That of the level which its order joins, once the book has been looked at.</summary>
        public long NewKey;

        /// <summary>Where its order, or the list of its account's orders, probably is.</summary>
        public int Slot;
        public Side Side;
        public CommandType Type;

        /// <summary>It may trade at once.</summary>
        public bool Takes;

        public readonly int AccountId => (int)Owner;

        public readonly int SymbolId => (int)(Owner >> 32);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(in CommandSlot command)
        {
            Owner = command.Owner;
            OrderId = command.OrderId;
            Price = command.Price;
            Side = (Side)((int)command.Side & 1);
            Type = command.Type;
            Takes = command.TimeInForce != TimeInForce.Gtc;
        }
    }

    /// <summary>Commands that come soon, by kind: so no pass asks each of them.</summary>
    private sealed class Group
    {
        public readonly Expected[] Changes = new Expected[LookAheadLength];
        public readonly Expected[] Places = new Expected[LookAheadLength];
        public int ChangeCount;
        public int PlaceCount;

        /// <summary>Prices are so far apart that leaves are to be looked for in the tree.</summary>
        public bool IsScattered;

        public void Clear() => (ChangeCount, PlaceCount, IsScattered) = (0, 0, false);
    }
}
