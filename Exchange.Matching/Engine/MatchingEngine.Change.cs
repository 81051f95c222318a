using System.Runtime.CompilerServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Cancel(ref CommandSlot cancel, ref RecordWriter record)
    {
        var slot = FindOwnOrder(ref cancel, ref record);
        if (slot == 0)
        {
            return;
        }

        var reason = CheckRestriction(cancel.Restriction, _orders[slot].HasFills);
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
        var slot = FindOwnOrder(ref reduce, ref record);
        if (slot == 0)
        {
            return;
        }

        if (reduce.Quantity <= 0)
        {
            record.Reject(RejectReason.InvalidQuantity);
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
            var released = book.Numbers.HoldFor(order.Side, order.Price, reduce.Quantity);
            book.TakeOff(ref order, reduce.Quantity);
            _ledger.Release(_orders.OrdersOf(order.AccountOrders).PaidFunds(order.Side), released);
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
        var slot = FindOwnOrder(ref move, ref record);
        if (slot == 0)
        {
            return;
        }

        // Safety: a slot that was found holds an order, and orders never move. Every number is read once: behind a store, it would be read anew.
        var order = _orders.Start + slot;
        var book = _books[move.SymbolId];
        ref readonly var symbol = ref book.Numbers;
        var side = order->Side;
        var leaves = order->Leaves;
        var (oldPrice, newPrice) = (order->Price, move.Price);
        var restsWhole = !book.Crosses(side, newPrice);
        var reason = CheckMove(move.AccountId, book, order->Type, side, newPrice, leaves, restsWhole, timeUs);
        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        var heldChange = symbol.HoldChange(side, oldPrice, newPrice, leaves);
        BeginChange();
        if (!_ledger.TryChangeHold(order->QuoteFunds, heldChange))
        {
            record.Reject(RejectReason.InsufficientBalance);
            return;
        }

        AppendOrderMoved(ref record, move.OrderId, side, restsWhole, oldPrice, newPrice, leaves, heldChange);
        if (restsWhole)
        {
            book.Move(slot, order, side, newPrice);
            AppendBookUpdated(book, ref record);
            return;
        }

        book.Remove(slot);
        MoveAcross(book, ref move, slot, timeUs, ref record);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AppendOrderMoved(
        ref RecordWriter record, long orderId, Side side, bool restsWhole, long oldPrice, long newPrice, long leaves, long heldChange)
    {
        ref var moved = ref record.Add<OrderMoved>();
        moved.Type = EventType.OrderMoved;
        moved.Side = side;
        moved.RestsWhole = restsWhole ? (byte)1 : (byte)0;
        moved.OrderId = orderId;
        moved.OldPrice = oldPrice;
        moved.NewPrice = newPrice;
        moved.Leaves = leaves;
        moved.HeldChange = heldChange;
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
            AccountOrders = order.AccountOrders,
            SymbolId = move.SymbolId,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = TimeInForce.Gtc,
            Price = move.Price,
            LimitKey = book.KeyOf(order.Side.Opposite(), move.Price),
            Leaves = order.Leaves,
            Held = book.Numbers.HoldFor(order.Side, move.Price, order.Leaves),
            LevelsLeft = int.MaxValue,
            MovedSlot = slot,
            HasFills = order.HasFills,
        };
        Match(book, timeUs, bookChanged: true, ref record);
    }

    /// <summary>Everything that can refuse a move but a lack of funds, which is the last thing to be checked; changes nothing.</summary>
    private RejectReason CheckMove(int accountId, SymbolBook book, OrderType type, Side side, long newPrice, long leaves, bool restsWhole, long timeUs)
    {
        if (book.IsCancelOnly)
        {
            return RejectReason.MarketClosed;
        }

        if (IsCancelOnly(accountId))
        {
            return RejectReason.AccountCancelOnly;
        }

        var reason = _risk.CheckMove(book.Symbol, ref book.AllowedPrices, side, newPrice, leaves, timeUs);
        return reason != RejectReason.None ? reason
            : type == OrderType.LimitMaker && !restsWhole ? RejectReason.WouldImmediatelyMatch
            : RejectReason.None;
    }

    /// <summary>
    /// Returns the slot of the order that a command names by id, by client id, or by both; only the owner finds it, only on its symbol. Otherwise
    /// rejects the command and returns 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindOwnOrder(ref CommandSlot command, ref RecordWriter record)
    {
        var slot = FindOwnOrderById(ref command);
        return slot != 0 ? slot : FindOwnOrderOtherwise(ref command, ref record);
    }

    /// <summary>The usual case: by id alone, and it is the sender's, whose account and symbol then exist. Otherwise 0, and nothing said of why.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindOwnOrderById(ref CommandSlot command)
    {
        // Safety: whatever the number is, the store finds a slot that it has, and orders never move.
        var slot = _orders.Find(command.OrderId);
        return slot != 0 && _orders.Start[slot].Owner == command.Owner && command.ClientOrderIdInPlace.IsEmpty && !_hasClosedAccounts ? slot : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindOwnOrderOtherwise(ref CommandSlot command, ref RecordWriter record)
    {
        var reason = CheckMayCancel(command.AccountId, command.SymbolId);
        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return 0;
        }

        var found = command.OrderId != 0
            ? _orders.Find(command.OrderId)
            : command.ClientOrderIdInPlace.IsEmpty ? 0 : _orders.Find(command.AccountId, in command.ClientOrderIdInPlace);
        if (found == 0 || _orders[found].Owner != command.Owner)
        {
            record.Reject(RejectReason.UnknownOrder);
            return 0;
        }

        if (!command.ClientOrderIdInPlace.IsEmpty && _orders.ClientOrderIdOf(found) != command.ClientOrderIdInPlace)
        {
            record.Reject(RejectReason.ClientOrderIdMismatch);
            return 0;
        }

        return found;
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CancelResting(SymbolBook book, int slot, ref RecordWriter record)
    {
        var order = _orders.Start + slot;
        ref readonly var symbol = ref book.Numbers;
        var (side, price, leaves) = (order->Side, order->Price, order->Leaves);
        var released = symbol.HoldFor(side, price, leaves);
        Planted.Let(PlantedBug.HoldNotReleased, ref released, 0);
        _ledger.Release(_orders.OrdersOf(order->AccountOrders).PaidFunds(side), released);
        ref var canceled = ref record.Add<OrderCanceled>();
        canceled.Type = EventType.OrderCanceled;
        canceled.Side = side;
        canceled.OrderId = order->OrderId;
        canceled.Price = price;
        canceled.Leaves = leaves;
        canceled.Released = released;
        book.Remove(slot);
        _orders.Remove(slot);
    }
}
