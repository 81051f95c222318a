using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed partial class MatchingEngine<TRisk, TLedger>
{
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
        var reason = CheckExists(cancel.AccountId, cancel.SymbolId);
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
            _ledger.Release(order.AccountId, book.Symbol.PaidAsset(order.Side).Id, released);
            record.Append(new OrderReduced
            {
                Type = EventType.OrderReduced,
                Side = order.Side,
                OrderId = order.OrderId,
                Price = order.Price,
                ReducedBy = reduce.Quantity,
                Released = released,
            });
        }

        AppendBookUpdated(book, ref record);
    }

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
        var newHeld = book.Symbol.HoldFor(order.Side, move.Price, order.Leaves);
        var heldChange = newHeld - book.Symbol.HoldFor(order.Side, order.Price, order.Leaves);
        var restsWhole = !book.Crosses(order.Side, move.Price);

        BeginChange();
        ChangeHold(order.AccountId, book.Symbol.PaidAsset(order.Side).Id, heldChange);
        book.Remove(slot);
        record.Append(new OrderMoved
        {
            Type = EventType.OrderMoved,
            Side = order.Side,
            RestsWhole = restsWhole ? (byte)1 : (byte)0,
            OrderId = order.OrderId,
            OldPrice = order.Price,
            NewPrice = move.Price,
            Leaves = order.Leaves,
            HeldChange = heldChange,
        });
        if (restsWhole)
        {
            order.Price = move.Price;
            book.AddLast(slot);
            AppendBookUpdated(book, ref record);
            return;
        }

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
            Held = newHeld,
            LevelsLeft = int.MaxValue,
            MovedSlot = slot,
            HasFills = order.HasFills,
        };
        Match(book, timeUs, bookChanged: true, ref record);
    }

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
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (order.Type == OrderType.LimitMaker && book.Crosses(order.Side, move.Price))
        {
            return RejectReason.WouldImmediatelyMatch;
        }

        var more = book.Symbol.HoldFor(order.Side, move.Price, order.Leaves) - book.Symbol.HoldFor(order.Side, order.Price, order.Leaves);
        return more > _ledger.Free(order.AccountId, book.Symbol.PaidAsset(order.Side).Id) ? RejectReason.InsufficientBalance : RejectReason.None;
    }

    /// <summary>Finds the order that a command names by id, by client id, or by both; only the owner finds it, only on its symbol.</summary>
    private RejectReason FindOwnOrder(ref CommandSlot command, out int slot)
    {
        slot = 0;
        var reason = CheckExists(command.AccountId, command.SymbolId);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        var found = command.OrderId != 0
            ? _orders.Find(command.OrderId)
            : command.ClientOrderId.IsEmpty ? 0 : _orders.Find(command.AccountId, in command.ClientOrderId);
        if (found == 0 || _orders[found].AccountId != command.AccountId || _orders[found].SymbolId != command.SymbolId)
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
        _ledger.Release(order.AccountId, book.Symbol.PaidAsset(order.Side).Id, released);
        record.Append(new OrderCanceled
        {
            Type = EventType.OrderCanceled,
            Side = order.Side,
            OrderId = order.OrderId,
            Price = order.Price,
            Leaves = order.Leaves,
            Released = released,
        });
        book.Remove(slot);
        _orders.Remove(slot);
    }

    private void ChangeHold(int accountId, int assetId, long change)
    {
        if (change >= 0)
        {
            _ledger.Hold(accountId, assetId, change);
        }
        else
        {
            _ledger.Release(accountId, assetId, -change);
        }
    }
}
