using System.Runtime.CompilerServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// Looking ahead: before the commands of a batch are executed, what they will touch is fetched into the cache, in passes over a few commands
/// each, because each pass needs what the one before has fetched. Nothing is changed and nothing decided here: with or without it, and however
/// stale it becomes, the records are the same.
/// <code>
/// pass 1   indices by order id, client id, account; with many symbols, the book
/// pass 2   order id ─► order; account, symbol ─► list; counts; with many symbols, their numbers and filters
/// pass 3   order ─► its neighbours and what its removal changes; list ─► its last order; funds; with many symbols, tables of leaves
/// pass 4   leaves and the levels in them, at the old and at the new price; the other side's best one
/// pass 5   level ─► the last order there; of the other side, the first one
/// </code>
/// </summary>
public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>Most commands that are looked at together.</summary>
    internal const int LookAheadLength = 16;

    /// <summary>So many symbols have their numbers and ladders' heads in the cache anyway.</summary>
    private const int FewSymbols = 16;

    /// <summary>
    /// Resting orders from which looking ahead is worth its instructions: with fewer, all that commands touch lies in the second cache, some 300 bytes an
    /// order. Smaller in tests only.
    /// </summary>
    internal int LookAheadOrders { get; set; } = 32_768;

    /// <summary>Whether looking ahead is worth its instructions.</summary>
    internal bool WantsLookAhead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _orders.Count >= LookAheadOrders;
    }

    /// <summary>Fetches what some commands, to be executed one after another, will touch.</summary>
    /// <param name="commands">1 to <see cref="LookAheadLength"/> addresses of commands.</param>
    internal void LookAhead(ReadOnlySpan<nint> commands)
    {
        var places = new Ahead();
        var changes = new Ahead();
        var hasManySymbols = _books.Length > FewSymbols;
        foreach (CommandSlot* command in commands)
        {
            if ((uint)command->SymbolId >= (uint)_books.Length)
            {
                continue;
            }

            if (command->Type == CommandType.PlaceOrder && command->Side <= Side.Sell)
            {
                places.Commands[places.Count++] = (nint)command;
                _orders.PrefetchOwner(command->Owner, in command->ClientOrderId);
            }
            else if (command->Type.IsOfOneOrder())
            {
                changes.Commands[changes.Count++] = (nint)command;
                _orders.PrefetchId(command->OrderId);
            }

            if (hasManySymbols)
            {
                _books[command->SymbolId].Prefetch();
            }
        }

        _orders.PrefetchFree();
        LookAtOrders(ref places, ref changes, hasManySymbols);
        LookAtNeighbours(ref places, ref changes, hasManySymbols);
        LookAtLevels(ref places, ref changes);
        LookAtQueues(ref places, ref changes);
    }

    /// <summary>Pass 2.</summary>
    private void LookAtOrders(ref Ahead places, ref Ahead changes, bool hasManySymbols)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var command = changes.Command(i);
            changes.Slots[i] = _orders.GuessAndPrefetch(command->OrderId);
            if (hasManySymbols)
            {
                _books[command->SymbolId].PrefetchSymbol();
            }
        }

        for (var i = 0; i < places.Count; i++)
        {
            var command = places.Command(i);
            places.Slots[i] = _orders.GuessAccountOrders(command->Owner);
            _risk.Prefetch(command->AccountId, command->SymbolId);
            if (hasManySymbols)
            {
                _books[command->SymbolId].PrefetchSymbol();
            }
        }
    }

    /// <summary>Pass 3.</summary>
    private void LookAtNeighbours(ref Ahead places, ref Ahead changes, bool hasManySymbols)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var command = changes.Command(i);
            var book = _books[command->SymbolId];
            var slot = changes.Slots[i];
            var side = _orders[slot].Side;
            _orders.PrefetchNeighbours(slot);
            if (command->Type == CommandType.CancelOrder)
            {
                _orders.PrefetchRemoval(slot);
            }

            _ledger.Prefetch(command->AccountId, book.Symbol.PaidAssetId(side));
            if (hasManySymbols)
            {
                _risk.Prefetch(command->AccountId, command->SymbolId);
                ref readonly var ladder = ref book.Ladder(side);
                ladder.PrefetchTable(book.KeyOf(side, _orders[slot].Price));
                ladder.PrefetchTable(book.KeyOf(side, command->Price));
            }
        }

        for (var i = 0; i < places.Count; i++)
        {
            var command = places.Command(i);
            var book = _books[command->SymbolId];
            _orders.PrefetchAccountOrders(places.Slots[i]);
            _ledger.Prefetch(command->AccountId, book.Symbol.PaidAssetId(command->Side));
            if (hasManySymbols)
            {
                book.Ladder(command->Side).PrefetchTable(book.KeyOf(command->Side, command->Price));
            }
        }
    }

    /// <summary>Pass 4.</summary>
    private void LookAtLevels(ref Ahead places, ref Ahead changes)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var command = changes.Command(i);
            var book = _books[command->SymbolId];
            ref readonly var order = ref _orders[changes.Slots[i]];
            ref var ladder = ref book.Ladder(order.Side);
            ladder.PrefetchLevel(book.KeyOf(order.Side, order.Price));
            ladder.PrefetchLevel(book.KeyOf(order.Side, command->Price));
        }

        for (var i = 0; i < places.Count; i++)
        {
            var command = places.Command(i);
            var book = _books[command->SymbolId];
            book.Ladder(command->Side).PrefetchLevel(book.KeyOf(command->Side, command->Price));
            if (command->TimeInForce != TimeInForce.Gtc)
            {
                ref var makers = ref book.Ladder(command->Side.Opposite());
                makers.PrefetchLevel(makers.BestKey);
            }
        }
    }

    /// <summary>Pass 5.</summary>
    private void LookAtQueues(ref Ahead places, ref Ahead changes)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var command = changes.Command(i);
            if (command->Type == CommandType.MoveOrder)
            {
                var book = _books[command->SymbolId];
                var side = _orders[changes.Slots[i]].Side;
                Prefetch.Line(ref _orders[book.Ladder(side).GuessLast(book.KeyOf(side, command->Price))]);
            }
        }

        for (var i = 0; i < places.Count; i++)
        {
            var command = places.Command(i);
            var book = _books[command->SymbolId];
            Prefetch.Line(ref _orders[book.Ladder(command->Side).GuessLast(book.KeyOf(command->Side, command->Price))]);
            if (command->TimeInForce != TimeInForce.Gtc && book.Ladder(command->Side.Opposite()).Best() is var best && best != null)
            {
                Prefetch.Line(ref _orders[best->First]);
            }
        }
    }

    /// <summary>Commands of one kind, and for each the slot that it probably is about: of its order, or of its account's orders.</summary>
    private struct Ahead
    {
        public int Count;
        public Addresses Commands;
        public Numbers Slots;

        // Safety: the addresses are those of slots in the command ring, which does not move.
        public readonly CommandSlot* Command(int index) => (CommandSlot*)Commands[index];

        [InlineArray(LookAheadLength)]
        public struct Addresses
        {
            private nint _first;
        }

        [InlineArray(LookAheadLength)]
        public struct Numbers
        {
            private int _first;
        }
    }
}
