using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// Looking ahead: before the commands of a batch are executed, what they will touch is fetched into the cache, in four passes over a few commands
/// each, because each pass needs what the one before has fetched. Nothing is changed and nothing decided here: with or without it, and however
/// stale it becomes, the records are the same. The only trace is a hint in the command's slot, which is compared before it is used.
/// <code>
/// pass 1   indices by order id, client id, account; the symbol's book
/// pass 2   order id ─► order; account, symbol ─► list; symbol, counts and filters
/// pass 3   order ─► its level, neighbours; list ─► its last order; funds; table of leaves, at the old and at the new price
/// pass 4   the leaves
/// </code>
/// </summary>
public sealed partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>Below so many orders, the book lies in the cache anyway.</summary>
    private const int LookAheadOrders = 4_096;

    /// <summary>Whether looking ahead is worth its instructions.</summary>
    internal bool WantsLookAhead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _orders.Count >= LookAheadOrders;
    }

    /// <summary>Pass 1 for one command.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void LookAheadAtIndices(ref CommandSlot command)
    {
        if (command.Type is CommandType.MoveOrder or CommandType.CancelOrder or CommandType.ReduceOrder)
        {
            _orders.PrefetchId(command.OrderId);
        }
        else if (command.Type == CommandType.PlaceOrder)
        {
            _orders.PrefetchAccount(command.AccountId, command.SymbolId, in command.ClientOrderId);
        }

        if ((uint)command.SymbolId < (uint)_books.Length)
        {
            _books[command.SymbolId].Prefetch();
        }
    }

    /// <summary>Pass 2 for one command.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void LookAheadAtOrder(ref CommandSlot command)
    {
        if (!command.Type.IsOfOneOrder() || (uint)command.SymbolId >= (uint)_books.Length)
        {
            return;
        }

        var book = _books[command.SymbolId];
        _risk.Prefetch(command.AccountId, command.SymbolId);
        book.PrefetchSymbol();
        if (command.Type != CommandType.PlaceOrder)
        {
            command.KnownSlot = _orders.GuessAndPrefetch(command.OrderId);
            return;
        }

        _orders.PrefetchFree();
        command.KnownSlot = _orders.GuessAndPrefetch(command.AccountId, command.SymbolId);
        if (command.Side <= Side.Sell)
        {
            book.Ladder(command.Side).PrefetchTable(book.KeyOf(command.Side, command.Price));
        }
    }

    /// <summary>Pass 3 for one command.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void LookAheadAtNeighbours(ref CommandSlot command)
    {
        if (!command.Type.IsOfOneOrder() || (uint)command.SymbolId >= (uint)_books.Length)
        {
            return;
        }

        var book = _books[command.SymbolId];
        if (command.Type == CommandType.PlaceOrder)
        {
            _ledger.Prefetch(command.AccountId, book.Symbol.PaidAssetId(command.Side));
            _orders.PrefetchAccountOrders(command.KnownSlot);
            return;
        }

        ref readonly var order = ref _orders[command.KnownSlot];
        ref readonly var ladder = ref book.Ladder(order.Side);
        Prefetch.Line(ref _levels[order.Level]);
        ladder.PrefetchTable(book.KeyOf(order.Side, order.Price));
        if (command.Type == CommandType.MoveOrder)
        {
            ladder.PrefetchTable(book.KeyOf(order.Side, command.Price));
        }

        _orders.PrefetchNeighbours(command.KnownSlot, isRemoved: command.Type == CommandType.CancelOrder);
        _ledger.Prefetch(command.AccountId, book.Symbol.PaidAssetId(order.Side));
    }

    /// <summary>Pass 4 for one command.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void LookAheadAtLeaves(ref CommandSlot command)
    {
        if (!command.Type.IsOfOneOrder() || (uint)command.SymbolId >= (uint)_books.Length)
        {
            return;
        }

        var book = _books[command.SymbolId];
        if (command.Type == CommandType.PlaceOrder)
        {
            if (command.Side <= Side.Sell)
            {
                book.Ladder(command.Side).PrefetchLeaf(book.KeyOf(command.Side, command.Price));
            }

            return;
        }

        ref readonly var order = ref _orders[command.KnownSlot];
        ref readonly var ladder = ref book.Ladder(order.Side);
        ladder.PrefetchLeaf(book.KeyOf(order.Side, order.Price));
        if (command.Type == CommandType.MoveOrder)
        {
            ladder.PrefetchLeaf(book.KeyOf(order.Side, command.Price));
        }
    }
}
