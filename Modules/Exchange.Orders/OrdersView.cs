using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// Folds durable records into orders, and captures what waiting callers need. Written by one thread; readers copy out under the lock that a
/// batch holds, so they see all of a batch or nothing of it. Everything comes from the records; symbols come from the directory, which
/// must have applied a symbol's record before its orders arrive here.
/// Invariants, checked: every event names an order that is open, and its leaves agree with the fold.
/// </summary>
internal sealed class OrdersView(SymbolDirectory symbols, int closedOrdersKept) : IRecordConsumer
{
    private const int SnapshotVersion = 1;

    private readonly Lock _gate = new();
    private readonly OrderTable _orders = new(closedOrdersKept);
    private readonly ReplyCaptures _captures = new();
    private CommandSlot _command;

    // Token of the command whose last record continues; the continuing record may come without a token.
    private int _continuedToken = CommandSlot.NoReply;

    /// <summary>Returns an empty view that keeps as many closed orders.</summary>
    public OrdersView NewView(SymbolDirectory directory) => new(directory, closedOrdersKept);

    public void BeginBatch() => _gate.Enter();

    public void EndBatch() => _gate.Exit();

    public void Apply(in Record record, int replyToken)
    {
        if (!record.CommandType.IsTrading())
        {
            return;
        }

        var isRead = TradingCommandCodec.TryRead(record.CommandType, record.Body, ref _command);
        var capture = CaptureOf(record, replyToken);
        var events = record.Events;
        var isMassCancel = record.CommandType == CommandType.CancelAllOrders;
        var current = RowIndex.None;
        if (record.CommandType.IsContinuation())
        {
            isMassCancel = _command.OrderId == 0;
            current = isMassCancel ? RowIndex.None : OpenRow(_command.OrderId);
        }

        while (events.MoveNext())
        {
            if (events.Type == EventType.CommandRejected)
            {
                return;
            }

            Invariant.That(isRead, "the body of an executed command is readable");
            var changed = Apply(ref events, record.TimeUs, current, capture);
            if (changed == RowIndex.None)
            {
                continue;
            }

            current = changed;
            if (isMassCancel)
            {
                capture?.AddCanceled(_orders[current]);
            }
        }

        if (current != RowIndex.None && !isMassCancel)
        {
            capture?.SetOrder(_orders[current]);
        }
    }

    /// <summary>See <see cref="ReplyCaptures.Take"/>.</summary>
    public void TakeCapture(int token, long sequence, out OrderState order, out FillState[] fills, out OrderState[] canceled) =>
        _captures.Take(token, sequence, out order, out fills, out canceled);

    public bool TryGet(int accountId, int symbolId, long orderId, out OrderState state)
    {
        lock (_gate)
        {
            var row = _orders.Find(orderId);
            if (row != RowIndex.None && _orders[row].AccountId == accountId && _orders[row].SymbolId == symbolId)
            {
                _orders[row].CopyTo(out state);
                return true;
            }
        }

        state = default;
        return false;
    }

    public bool TryGet(int accountId, int symbolId, in ClientOrderId clientOrderId, out OrderState state)
    {
        lock (_gate)
        {
            var row = _orders.Find(accountId, symbolId, clientOrderId);
            if (row != RowIndex.None)
            {
                _orders[row].CopyTo(out state);
                return true;
            }
        }

        state = default;
        return false;
    }

    /// <summary>Copies the account's open orders, ascending by id, after clearing <paramref name="orders"/>.</summary>
    public void CopyOpen(int accountId, int? symbolId, List<OrderState> orders)
    {
        orders.Clear();
        lock (_gate)
        {
            for (var row = _orders.FirstOpen(accountId); row != RowIndex.None; row = _orders[row].Next)
            {
                if (symbolId is null || _orders[row].SymbolId == symbolId)
                {
                    _orders[row].CopyTo(out var state);
                    orders.Add(state);
                }
            }
        }
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        _orders.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("orders view", SnapshotVersion);
        _orders.Load(reader);
    }

    private ReplyCapture? CaptureOf(in Record record, int replyToken)
    {
        var isContinuation = record.CommandType.IsContinuation();
        var token = isContinuation && replyToken < 0 ? _continuedToken : replyToken;
        _continuedToken = (record.Header.Flags & RecordFlags.Continues) != 0 ? token : CommandSlot.NoReply;
        if (token < 0)
        {
            return null;
        }

        var capture = _captures.Of(token);
        if (!isContinuation)
        {
            capture.Begin(record.Sequence);
        }

        return capture;
    }

    /// <summary>Applies one event to the command's order <paramref name="current"/> or the order it names.</summary>
    /// <returns>The row of the order that the command is about, or None when the event says nothing about it.</returns>
    private int Apply(ref EventReader events, long timeUs, int current, ReplyCapture? capture)
    {
        switch (events.Type)
        {
            case EventType.OrderAccepted:
                ref readonly var accepted = ref events.As<OrderAccepted>();
                Invariant.That(_orders.Find(accepted.OrderId) == RowIndex.None, "an order id is given once");
                var added = _orders.Add(_command, accepted.OrderId, timeUs);
                _orders[added].WorkingUs = accepted.RestsWhole != 0 ? timeUs : 0;
                return added;
            case EventType.TradeExecuted:
                ref readonly var trade = ref events.As<TradeExecuted>();
                Trade(trade, timeUs, current);
                capture?.Add(new FillState(trade.TradeId, trade.Price, trade.Quantity, trade.TakerFee));
                return RowIndex.None;
            case EventType.OrderRested:
                ref readonly var rested = ref events.As<OrderRested>();
                return Touch(rested.OrderId, rested.Leaves, timeUs);
            case EventType.OrderFilled:
                return Close(events.As<OrderFilled>().OrderId, leaves: 0, OrderStatus.Filled, timeUs);
            case EventType.OrderExpired:
                ref readonly var expired = ref events.As<OrderExpired>();
                var ended = Close(expired.OrderId, expired.Leaves, OrderStatus.Expired, timeUs);
                _orders[ended].ExpireReason = expired.Reason;
                return ended;
            case EventType.OrderCanceled:
                ref readonly var canceled = ref events.As<OrderCanceled>();
                return Close(canceled.OrderId, canceled.Leaves, OrderStatus.Canceled, timeUs);
            case EventType.OrderReduced:
                ref readonly var reduced = ref events.As<OrderReduced>();
                var smaller = OpenRow(reduced.OrderId);
                _orders[smaller].Quantity -= reduced.ReducedBy;
                _orders[smaller].UpdatedUs = timeUs;
                Invariant.That(_orders[smaller].Leaves > 0, "a reduced order has leaves");
                return smaller;
            case EventType.OrderMoved:
                ref readonly var moved = ref events.As<OrderMoved>();
                var row = Touch(moved.OrderId, moved.Leaves, timeUs);
                _orders[row].Price = moved.NewPrice;
                return row;
            default:
                return RowIndex.None;
        }
    }

    private void Trade(in TradeExecuted trade, long timeUs, int taker)
    {
        Invariant.That(taker != RowIndex.None, "a trade follows its taker's order");
        ref var incoming = ref _orders[taker];
        var notional = symbols.Symbol(incoming.SymbolId).Notional(trade.Price, trade.Quantity);
        if (incoming.QuoteOrderQuantity != 0)
        {
            incoming.Quantity += trade.Quantity;
        }

        if (incoming.WorkingUs == 0)
        {
            incoming.WorkingUs = timeUs;
        }

        Fill(ref incoming, trade.Quantity, notional, timeUs);
        var maker = OpenRow(trade.MakerOrderId);
        Fill(ref _orders[maker], trade.Quantity, notional, timeUs);
        var isMakerFilled = (trade.Flags & TradeFlags.MakerFilled) != 0;
        Invariant.That(isMakerFilled == (_orders[maker].Leaves == 0), "a maker is filled when it has no leaves");
        if (isMakerFilled)
        {
            _orders.Close(maker, OrderStatus.Filled, timeUs);
        }
    }

    private static void Fill(ref OrderRow order, long quantity, long notional, long timeUs)
    {
        order.ExecutedQuantity += quantity;
        order.CumulativeQuote += notional;
        order.Status = OrderStatus.PartiallyFilled;
        order.UpdatedUs = timeUs;
        Invariant.That(order.Leaves >= 0, "an order trades at most its quantity");
    }

    private int Touch(long orderId, long leaves, long timeUs)
    {
        var row = OpenRow(orderId);
        Invariant.That(_orders[row].Leaves == leaves, "an event's leaves agree with the order's fills");
        _orders[row].UpdatedUs = timeUs;
        return row;
    }

    private int Close(long orderId, long leaves, OrderStatus status, long timeUs)
    {
        var row = Touch(orderId, leaves, timeUs);
        _orders.Close(row, status, timeUs);
        return row;
    }

    private int OpenRow(long orderId)
    {
        var row = _orders.Find(orderId);
        Invariant.That(row != RowIndex.None && _orders[row].IsOpen, "an event names an open order");
        return row;
    }
}
