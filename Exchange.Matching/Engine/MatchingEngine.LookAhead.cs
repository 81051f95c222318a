using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// Looking ahead: before the commands of a batch are executed, what they will touch is fetched into the cache, in three passes over a few commands
/// each, because each pass needs what the one before has fetched. Nothing is changed and nothing decided here: with or without it, and however
/// stale it becomes, the records are the same. The only trace is a hint in the command's slot, which is compared before it is used.
/// <code>
/// pass 1   indices by order id, client id, account; the symbol's book
/// pass 2   order id ─► order; account, symbol ─► list; price ─► leaf; counts and filters; funds of a new order
/// pass 3   order ─► its level, neighbours, funds; list ─► its last order
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
        if (command.Type != CommandType.PlaceOrder)
        {
            command.KnownSlot = _orders.GuessAndPrefetch(command.OrderId);
            return;
        }

        _orders.PrefetchFree();
        command.KnownSlot = _orders.GuessAndPrefetch(command.AccountId, command.SymbolId);
        _risk.Prefetch(command.AccountId, book.Symbol);
        _ledger.Prefetch(command.AccountId, book.Symbol.PaidAssetId(command.Side));
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
        var side = command.Side;
        if (command.Type == CommandType.PlaceOrder)
        {
            _orders.PrefetchAccountOrders(command.KnownSlot);
        }
        else
        {
            ref readonly var order = ref _orders[command.KnownSlot];
            side = order.Side;
            Prefetch.Line(ref _levels[order.Level]);
            _orders.PrefetchNeighbours(command.KnownSlot, isRemoved: command.Type == CommandType.CancelOrder);
            _ledger.Prefetch(command.AccountId, book.Symbol.PaidAssetId(side));
        }

        if (side <= Side.Sell && command.Type != CommandType.CancelOrder)
        {
            book.Ladder(side).PrefetchLeaf(book.KeyOf(side, command.Price));
        }
    }
}
