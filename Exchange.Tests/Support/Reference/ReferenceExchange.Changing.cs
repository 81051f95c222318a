using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>Changes of open orders: cancel, cancel all, reduce, move.</summary>
public sealed partial class ReferenceExchange
{
    private List<ExchangeEvent> Cancel(in CommandSlot command)
    {
        var clientOrderId = command.ClientOrderId.ToString();
        var order = command.OrderId != 0
            ? FindOpen(command)
            : FindByClientId(command.AccountId, clientOrderId);
        if (order is null || order.Symbol.Id != command.SymbolId)
        {
            return Reject(RejectReason.UnknownOrder);
        }

        if (clientOrderId.Length > 0 && order.ClientOrderId != clientOrderId)
        {
            return Reject(RejectReason.ClientOrderIdMismatch);
        }

        var isAllowed = command.Restriction switch
        {
            CancelRestriction.OnlyNew => !order.HasFill,
            CancelRestriction.OnlyPartiallyFilled => order.HasFill,
            _ => true,
        };
        return isAllowed
            ? [Remove(order), Update(command.SymbolId)]
            : Reject(RejectReason.CancelRestricted);
    }

    private List<ExchangeEvent> CancelAll(in CommandSlot command)
    {
        var (accountId, symbolId) = (command.AccountId, command.SymbolId);
        var orders = _openOrders.Values.Where(order => order.AccountId == accountId && order.Symbol.Id == symbolId).ToList();
        return orders.Count == 0
            ? Reject(RejectReason.UnknownOrder)
            : [.. orders.Select(Remove), Update(symbolId)];
    }

    private List<ExchangeEvent> Reduce(in CommandSlot command)
    {
        if (FindOpen(command) is not { } order)
        {
            return Reject(RejectReason.UnknownOrder);
        }

        if (command.Quantity <= 0)
        {
            return Reject(RejectReason.InvalidQuantity);
        }

        if (command.Quantity >= order.Leaves)
        {
            return [Remove(order), Update(command.SymbolId)];
        }

        order.Leaves -= command.Quantity;
        var released = ReleaseAllBut(order, order.Symbol.HoldFor(order.Side, order.Price, order.Leaves));
        return [new Reduced(order.Id, order.Side, order.Price, command.Quantity, released), Update(command.SymbolId)];
    }

    private List<ExchangeEvent> Move(in CommandSlot command, long timeUs)
    {
        if (FindOpen(command) is not { } order)
        {
            return Reject(RejectReason.UnknownOrder);
        }

        if (CheckMove(command, order, timeUs) is var reason and not RejectReason.None)
        {
            return Reject(reason);
        }

        var book = _books[command.SymbolId];
        var oldPrice = order.Price;
        var moved = order.Leaves;
        var newHold = order.Symbol.HoldFor(order.Side, command.Price, order.Leaves);
        var heldChange = newHold - order.Held;
        book.Remove(order);
        _openOrders.Remove(order.Id);
        _ledger.Hold(order.AccountId, order.PaidAssetId, heldChange);
        order.Held = newHold;
        order.Price = command.Price;

        var restsWhole = !book.Crosses(order.Side, order.Price);
        List<ExchangeEvent> events = [new Moved(order.Id, order.Side, oldPrice, order.Price, moved, (long)heldChange, restsWhole)];
        Match(order, events, timeUs);
        if (restsWhole)
        {
            Rest(order);
        }
        else if (order.Leaves == 0)
        {
            events.Add(new Filled(order.Id, ReleaseAllBut(order, 0)));
        }
        else
        {
            events.Add(RestRemainder(order));
        }

        events.Add(Update(command.SymbolId));
        return events;
    }

    private RejectReason CheckMove(in CommandSlot command, ReferenceOrder order, long timeUs)
    {
        if (CheckCancelOnly(command) is var closed and not RejectReason.None)
        {
            return closed;
        }

        if (_risk.CheckMove(order.Symbol, order.Side, command.Price, order.Leaves, timeUs) is var filter and not RejectReason.None)
        {
            return filter;
        }

        if (order.Type == OrderType.LimitMaker && _books[command.SymbolId].Crosses(order.Side, command.Price))
        {
            return RejectReason.WouldImmediatelyMatch;
        }

        var more = order.Symbol.HoldFor(order.Side, command.Price, order.Leaves) - order.Held;
        return more > _ledger.Free(order.AccountId, order.PaidAssetId) ? RejectReason.InsufficientBalance : RejectReason.None;
    }

    /// <summary>Returns the open order that the command names by its id, if it is the account's and on the symbol.</summary>
    private ReferenceOrder? FindOpen(in CommandSlot command) =>
        _openOrders.TryGetValue(command.OrderId, out var order) && order.AccountId == command.AccountId && order.Symbol.Id == command.SymbolId
            ? order
            : null;

    private ReferenceOrder? FindByClientId(int accountId, string clientOrderId) =>
        clientOrderId.Length == 0
            ? null
            : _openOrders.Values.FirstOrDefault(order => order.AccountId == accountId && order.ClientOrderId == clientOrderId);

    private Canceled Remove(ReferenceOrder order)
    {
        _books[order.Symbol.Id].Remove(order);
        _openOrders.Remove(order.Id);
        return new Canceled(order.Id, order.Side, order.Price, order.Leaves, ReleaseAllBut(order, 0));
    }

    private Updated Update(int symbolId) => new(++_books[symbolId].UpdateId);
}
