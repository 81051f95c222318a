using System.Runtime.CompilerServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed partial class MatchingEngine<TRisk, TLedger>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Cancel(ref CommandSlot cancel, ref RecordWriter record)
    {
        var reason = FindOwnOrder(ref cancel, out var slot);
        if (reason == RejectReason.None)
        {
            reason = CheckRestriction(cancel.Restriction, _orders[slot].HasFills);
        }

        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        var book = _books[cancel.SymbolId];
        BeginChange();
        CancelResting(book, slot, ref record);
        AppendBookUpdated(book, ref record);
    }

    private void CancelAll(ref CommandSlot cancel, ref RecordWriter record)
    {
        var reason = CheckMayCancel(cancel.AccountId, cancel.SymbolId);
        var accountOrders = reason == RejectReason.None ? _orders.FindAccountOrders(cancel.AccountId, cancel.SymbolId) : 0;
        if (reason == RejectReason.None && (accountOrders == 0 || _orders.OrdersOf(accountOrders).Count == 0))
        {
            reason = RejectReason.UnknownOrder;
        }

        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        BeginChange();
        CancelSome(_books[cancel.SymbolId], accountOrders, ref record);
    }

    /// <summary>Cancels the account's orders on the symbol, oldest first, up to the bound of work.</summary>
    private void CancelSome(SymbolBook book, int accountOrders, ref RecordWriter record)
    {
        for (var work = _workLimit; work > 0 && _orders.OrdersOf(accountOrders).First != 0; work--)
        {
            CancelResting(book, _orders.OrdersOf(accountOrders).First, ref record);
        }

        var rest = _orders.OrdersOf(accountOrders).First;
        if (rest != 0)
        {
            Suspend(PendingKind.CancelAll, _orders[rest].AccountId, book.Symbol.Id);
        }

        AppendBookUpdated(book, ref record);
    }

    private void Reduce(ref CommandSlot reduce, ref RecordWriter record)
    {
        var reason = FindOwnOrder(ref reduce, out var slot);
        if (reason == RejectReason.None && reduce.Quantity <= 0)
        {
            reason = RejectReason.InvalidQuantity;
        }

        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        var book = _books[reduce.SymbolId];
        ref var order = ref _orders[slot];
        BeginChange();
        if (reduce.Quantity >= order.Leaves)
        {
            CancelResting(book, slot, ref record);
        }
        else
        {
            var released = book.Symbol.HoldFor(order.Side, order.Price, reduce.Quantity);
            book.TakeOff(ref order, reduce.Quantity);
            _ledger.Release(order.AccountId, book.Symbol.PaidAssetId(order.Side), released);
            ref var reduced = ref record.Add<OrderReduced>();
            reduced.Type = EventType.OrderReduced;
            reduced.Side = order.Side;
            reduced.OrderId = order.OrderId;
            reduced.Price = order.Price;
            reduced.ReducedBy = reduce.Quantity;
            reduced.Released = released;
        }

        AppendBookUpdated(book, ref record);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Move(ref CommandSlot move, long timeUs, ref RecordWriter record)
    {
        var reason = FindOwnOrder(ref move, out var slot);
        if (reason == RejectReason.None)
        {
            reason = CheckMove(ref move, slot, timeUs);
        }

        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        var book = _books[move.SymbolId];
        ref var order = ref _orders[slot];
        var symbol = book.Symbol;
        var side = order.Side;

        // A sell holds its lots whatever the price. Why by a mask: no processor can foresee side and direction.
        var heldChange = (move.Price - order.Price) * order.Leaves * symbol.QuoteUnitsPerTickLot & ((long)side - 1);
        BeginChange();
        if (!_ledger.TryChangeHold(order.AccountId, symbol.QuoteAssetId, heldChange))
        {
            record.Reject(RejectReason.InsufficientBalance);
            return;
        }

        var restsWhole = !book.Crosses(side, move.Price);
        book.Remove(ref order);
        ref var moved = ref record.Add<OrderMoved>();
        moved.Type = EventType.OrderMoved;
        moved.Side = side;
        moved.RestsWhole = restsWhole ? (byte)1 : (byte)0;
        moved.OrderId = order.OrderId;
        moved.OldPrice = order.Price;
        moved.NewPrice = move.Price;
        moved.Leaves = order.Leaves;
        moved.HeldChange = heldChange;
        if (restsWhole)
        {
            order.Price = move.Price;
            book.AddLast(slot, ref order);
            AppendBookUpdated(book, ref record);
            return;
        }

        MoveAcross(book, ref move, slot, timeUs, ref record);
    }

    /// <summary>A moved order, already out of its level, that trades at its new price.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveAcross(SymbolBook book, ref CommandSlot move, int slot, long timeUs, ref RecordWriter record)
    {
        ref var order = ref _orders[slot];
        _taker = new Taker
        {
            OrderId = order.OrderId,
            AccountId = order.AccountId,
            SymbolId = move.SymbolId,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = TimeInForce.Gtc,
            Price = move.Price,
            LimitKey = book.KeyOf(order.Side.Opposite(), move.Price),
            Leaves = order.Leaves,
            Held = book.Symbol.HoldFor(order.Side, move.Price, order.Leaves),
            LevelsLeft = int.MaxValue,
            MovedSlot = slot,
            HasFills = order.HasFills,
        };
        Match(book, timeUs, bookChanged: true, ref record);
    }

    /// <summary>Everything that can refuse a move but a lack of funds, which is the last thing to be checked; changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason CheckMove(ref CommandSlot move, int slot, long timeUs)
    {
        var book = _books[move.SymbolId];
        ref readonly var order = ref _orders[slot];
        if (book.IsCancelOnly)
        {
            return RejectReason.MarketClosed;
        }

        if (IsCancelOnly(move.AccountId))
        {
            return RejectReason.AccountCancelOnly;
        }

        var reason = _risk.CheckMove(book.Symbol, order.Side, move.Price, order.Leaves, timeUs);
        return reason != RejectReason.None ? reason
            : order.Type == OrderType.LimitMaker && book.Crosses(order.Side, move.Price) ? RejectReason.WouldImmediatelyMatch
            : RejectReason.None;
    }

    /// <summary>Finds the order that a command names by id, by client id, or by both; only the owner finds it, only on its symbol.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason FindOwnOrder(ref CommandSlot command, out int slot)
    {
        // The usual case: by id alone, and it is the sender's. Whose order it is, account and symbol, exist.
        slot = _orders.Find(command.OrderId, command.KnownSlot);
        return slot != 0 && _orders[slot].Owner == command.Owner && command.ClientOrderId.IsEmpty && !_hasClosedAccounts
            ? RejectReason.None
            : FindOwnOrderOtherwise(ref command, out slot);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason FindOwnOrderOtherwise(ref CommandSlot command, out int slot)
    {
        slot = 0;
        var reason = CheckMayCancel(command.AccountId, command.SymbolId);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        var found = command.OrderId != 0
            ? _orders.Find(command.OrderId)
            : command.ClientOrderId.IsEmpty ? 0 : _orders.Find(command.AccountId, in command.ClientOrderId);
        if (found == 0 || _orders[found].Owner != command.Owner)
        {
            return RejectReason.UnknownOrder;
        }

        if (!command.ClientOrderId.IsEmpty && _orders.ClientOrderIdOf(found) != command.ClientOrderId)
        {
            return RejectReason.ClientOrderIdMismatch;
        }

        slot = found;
        return RejectReason.None;
    }

    private RejectReason CheckMayCancel(int accountId, int symbolId)
    {
        var reason = CheckExists(accountId, symbolId);
        return reason != RejectReason.None ? reason
            : (_accountRestrictions[accountId] & Restrictions.Closed) != 0 ? RejectReason.AccountClosed
            : RejectReason.None;
    }

    private RejectReason CheckExists(int accountId, int symbolId) =>
        (uint)symbolId >= (uint)_books.Length ? RejectReason.UnknownSymbol
        : accountId <= 0 || accountId > _ledger.AccountCount ? RejectReason.UnknownAccount
        : RejectReason.None;

    private static RejectReason CheckRestriction(CancelRestriction restriction, bool hasFills) => restriction switch
    {
        CancelRestriction.None => RejectReason.None,
        CancelRestriction.OnlyNew => hasFills ? RejectReason.CancelRestricted : RejectReason.None,
        CancelRestriction.OnlyPartiallyFilled => hasFills ? RejectReason.None : RejectReason.CancelRestricted,
        _ => RejectReason.Malformed,
    };

    /// <summary>Takes an order out of book and store and gives its hold back.</summary>
    private void CancelResting(SymbolBook book, int slot, ref RecordWriter record)
    {
        ref var order = ref _orders[slot];
        var released = book.Symbol.HoldFor(order.Side, order.Price, order.Leaves);
        Planted.Let(PlantedBug.HoldNotReleased, ref released, 0);
        _ledger.Release(order.AccountId, book.Symbol.PaidAssetId(order.Side), released);
        ref var canceled = ref record.Add<OrderCanceled>();
        canceled.Type = EventType.OrderCanceled;
        canceled.Side = order.Side;
        canceled.OrderId = order.OrderId;
        canceled.Price = order.Price;
        canceled.Leaves = order.Leaves;
        canceled.Released = released;
        book.Remove(ref order);
        _orders.Remove(slot);
    }
}
