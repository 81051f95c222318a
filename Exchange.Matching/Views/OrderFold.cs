using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>
/// The one place that says what a record does to orders; the published view and every projection into a store fold with it. Everything comes
/// from the record and the rows: whoever has the rows as they stood behind a record can go on behind it. One thread; allocates nothing.
/// Invariants, checked: every event names an order that is open, and its leaves agree with the fold.
/// </summary>
/// <typeparam name="TRows">A struct, so that calls inline.</typeparam>
public sealed class OrderFold<TRows>(TRows rows)
    where TRows : struct, IOrderRows
{
    /// <summary>No row.</summary>
    public const int None = -1;

    private TRows _rows = rows;
    private CommandSlot _command;

    /// <summary>Applies one record; one that is not about orders, or was rejected, changes nothing.</summary>
    /// <returns>The row of the order that the command is about, open or just closed; None when it is about none or several.</returns>
    public int Apply(in Record record)
    {
        if (!record.CommandType.IsTrading())
        {
            return None;
        }

        // What the other commands say, their events say, too.
        var type = record.CommandType;
        var isRead = (type != CommandType.PlaceOrder && !type.IsContinuation()) || TradingCommandCodec.TryRead(type, record.Body, ref _command);
        var events = record.Events;
        var isMassCancel = type == CommandType.CancelAllOrders;
        var current = None;
        if (type.IsContinuation())
        {
            isMassCancel = _command.OrderId == 0;
            current = isMassCancel ? None : _rows.Open(_command.OrderId);
        }

        while (events.MoveNext())
        {
            if (events.Type == EventType.CommandRejected)
            {
                return None;
            }

            Invariant.That(isRead, "the body of an executed command is readable");
            var changed = Apply(ref events, record.TimeUs, current);
            if (changed == None)
            {
                continue;
            }

            current = changed;
            if (isMassCancel)
            {
                _rows.MassCanceled(current);
            }
        }

        return isMassCancel ? None : current;
    }

    /// <summary>Applies one event to the command's order <paramref name="current"/> or the order it names.</summary>
    /// <returns>The row of the order that the command is about, or None when the event says nothing about it.</returns>
    private int Apply(ref EventReader events, long timeUs, int current)
    {
        switch (events.Type)
        {
            case EventType.OrderAccepted:
                ref readonly var accepted = ref events.As<OrderAccepted>();
                return _rows.Add(Accepted(accepted, timeUs));
            case EventType.TradeExecuted:
                Trade(events.As<TradeExecuted>(), timeUs, current);
                return None;
            case EventType.OrderRested:
                ref readonly var rested = ref events.As<OrderRested>();
                return Touch(rested.OrderId, rested.Leaves, timeUs);
            case EventType.OrderFilled:
                return Close(events.As<OrderFilled>().OrderId, leaves: 0, OrderStatus.Filled, timeUs);
            case EventType.OrderExpired:
                ref readonly var expired = ref events.As<OrderExpired>();
                return Close(expired.OrderId, expired.Leaves, OrderStatus.Expired, timeUs, expired.Reason);
            case EventType.OrderCanceled:
                ref readonly var canceled = ref events.As<OrderCanceled>();
                return Close(canceled.OrderId, canceled.Leaves, OrderStatus.Canceled, timeUs);
            case EventType.OrderReduced:
                ref readonly var reduced = ref events.As<OrderReduced>();
                return Reduce(reduced.OrderId, reduced.ReducedBy, timeUs);
            case EventType.OrderMoved:
                ref readonly var moved = ref events.As<OrderMoved>();
                var row = Touch(moved.OrderId, moved.Leaves, timeUs);
                _rows.Terms(row).Price = moved.NewPrice;
                return row;
            default:
                return None;
        }
    }

    private OrderState Accepted(in OrderAccepted accepted, long timeUs)
    {
        var isQuoteQuantity = (_command.Flags & OrderFlags.QuoteQuantity) != 0;
        return new OrderState
        {
            OrderId = accepted.OrderId,
            AccountId = _command.AccountId,
            SymbolId = _command.SymbolId,
            ClientOrderId = _command.ClientOrderId,
            Side = _command.Side,
            Type = _command.OrderType,
            TimeInForce = _command.TimeInForce,
            Status = OrderStatus.New,
            Price = _command.Price,
            Quantity = isQuoteQuantity ? 0 : _command.Quantity,
            QuoteOrderQuantity = isQuoteQuantity ? _command.Quantity : 0,
            CreatedUs = timeUs,
            UpdatedUs = timeUs,
            WorkingUs = accepted.RestsWhole != 0 ? timeUs : 0,
        };
    }

    private void Trade(in TradeExecuted trade, long timeUs, int taker)
    {
        Invariant.That(taker != None, "a trade follows its taker's order");
        ref var incoming = ref _rows.Progress(taker);
        ref var terms = ref _rows.Terms(taker);
        var notional = _rows.Symbol(incoming.SymbolId).Notional(trade.Price, trade.Quantity);
        if (terms.QuoteOrderQuantity != 0)
        {
            incoming.Quantity += trade.Quantity;
        }

        if (terms.WorkingUs == 0)
        {
            terms.WorkingUs = timeUs;
        }

        Fill(ref incoming, trade.Quantity, notional, timeUs);
        var maker = _rows.Open(trade.MakerOrderId);
        ref var resting = ref _rows.Progress(maker);
        Fill(ref resting, trade.Quantity, notional, timeUs);
        var isMakerFilled = (trade.Flags & TradeFlags.MakerFilled) != 0;
        Invariant.That(isMakerFilled == (resting.Leaves == 0), "a maker is filled when it has no leaves");
        _rows.Traded(trade, taker, maker);
        if (isMakerFilled)
        {
            Close(maker, OrderStatus.Filled, timeUs);
        }
    }

    private static void Fill(ref OrderProgress order, long quantity, long notional, long timeUs)
    {
        order.ExecutedQuantity += quantity;
        order.CumulativeQuote += notional;
        order.Status = OrderStatus.PartiallyFilled;
        order.UpdatedUs = timeUs;
        Invariant.That(order.Leaves >= 0, "an order trades at most its quantity");
    }

    private int Touch(long orderId, long leaves, long timeUs)
    {
        var row = _rows.Open(orderId);
        ref var order = ref _rows.Progress(row);
        Invariant.That(order.Leaves == leaves, "an event's leaves agree with the order's fills");
        order.UpdatedUs = timeUs;
        return row;
    }

    private int Reduce(long orderId, long reducedBy, long timeUs)
    {
        var row = _rows.Open(orderId);
        ref var order = ref _rows.Progress(row);
        order.Quantity -= reducedBy;
        order.UpdatedUs = timeUs;
        Invariant.That(order.Leaves > 0, "a reduced order has leaves");
        return row;
    }

    private int Close(long orderId, long leaves, OrderStatus status, long timeUs, ExpireReason reason = default)
    {
        var row = Touch(orderId, leaves, timeUs);
        _rows.Progress(row).ExpireReason = reason;
        Close(row, status, timeUs);
        return row;
    }

    private void Close(int row, OrderStatus status, long timeUs)
    {
        ref var order = ref _rows.Progress(row);
        order.Status = status;
        order.UpdatedUs = timeUs;
        _rows.Closed(row);
    }
}
