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
/// must have applied a symbol's record before its orders arrive here. What a record does to an order, <see cref="OrderFold{TRows}"/> says.
/// </summary>
internal sealed class OrdersView : IRecordConsumer
{
    private const int SnapshotVersion = 1;

    private readonly Lock _gate = new();
    private readonly SymbolDirectory _symbols;
    private readonly int _closedOrdersKept;
    private readonly OrderTable _orders;
    private readonly OrderFold<Rows> _fold;
    private readonly ReplyCaptures _captures = new();

    // The capture of the record that is being applied; null when nobody waits for it.
    private ReplyCapture? _capture;

    // Token of the command whose last record continues; the continuing record may come without a token.
    private int _continuedToken = CommandSlot.NoReply;

    public OrdersView(SymbolDirectory symbols, int closedOrdersKept)
    {
        _symbols = symbols;
        _closedOrdersKept = closedOrdersKept;
        _orders = new OrderTable(closedOrdersKept);
        _fold = new OrderFold<Rows>(new Rows(this));
    }

    /// <summary>Returns an empty view that keeps as many closed orders.</summary>
    public OrdersView NewView(SymbolDirectory directory) => new(directory, _closedOrdersKept);

    public void BeginBatch() => _gate.Enter();

    public void EndBatch() => _gate.Exit();

    public void Apply(in Record record, int replyToken)
    {
        if (!record.CommandType.IsTrading())
        {
            return;
        }

        _capture = CaptureOf(record, replyToken);
        var changed = _fold.Apply(record);
        if (changed != RowIndex.None)
        {
            _capture?.SetOrder(_orders[changed].State);
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
            if (row != RowIndex.None && _orders[row].State.AccountId == accountId && _orders[row].State.SymbolId == symbolId)
            {
                state = _orders[row].State;
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
                state = _orders[row].State;
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
                if (symbolId is null || _orders[row].State.SymbolId == symbolId)
                {
                    orders.Add(_orders[row].State);
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

        // An operator's command is continued by cancels whose orders nobody asks for.
        return capture.Sequence == 0 ? null : capture;
    }

    /// <summary>The table as the fold sees it, and the capture beside it.</summary>
    private readonly struct Rows(OrdersView view) : IOrderRows
    {
        public ref OrderState this[int row] => ref view._orders[row].State;

        public Symbol Symbol(int symbolId) => view._symbols.Symbol(symbolId);

        public int Add(in OrderState order) => view._orders.Add(order);

        public int Open(long orderId)
        {
            var row = view._orders.Find(orderId);
            Invariant.That(row != RowIndex.None && view._orders[row].State.IsOpen, "an event names an open order");
            return row;
        }

        public void Closed(int row) => view._orders.Close(row);

        public void Traded(in TradeExecuted trade, int taker, int maker) =>
            view._capture?.Add(new FillState(trade.TradeId, trade.Price, trade.Quantity, trade.TakerFee));

        public void MassCanceled(int row) => view._capture?.AddCanceled(view._orders[row].State);
    }
}
