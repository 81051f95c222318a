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
internal sealed partial class OrdersView : IRecordConsumer
{
    private const int SnapshotVersion = 2;

    /// <summary>
    /// Closed orders, and trades, that stay although the store holds them: what bots ask about right after it happened is answered from memory,
    /// and a walk through an account's part of the window stays short.
    /// </summary>
    public const int KeptWhenStored = 1_000;

    private readonly Lock _gate = new();
    private readonly SymbolDirectory _symbols;
    private readonly int _closedOrdersKept;
    private readonly int _tradesKept;
    private readonly Func<long> _storedSequence;
    private readonly OrderTable _orders;
    private readonly TradeWindow _trades;
    private readonly OrderFold<Rows> _fold;
    private readonly ReplyCaptures _captures = new();

    // Of the record that is being applied; the capture is null when nobody waits for it.
    private ReplyCapture? _capture;
    private long _sequence;
    private long _timeUs;

    // Token of the command whose last record continues; the continuing record may come without a token.
    private int _continuedToken = CommandSlot.NoReply;

    /// <param name="closedOrdersKept">Closed orders kept at most.</param>
    /// <param name="tradesKept">Trades kept at most.</param>
    /// <param name="storedSequence">
    /// What a history store holds: older closed orders and trades than the newest <see cref="KeptWhenStored"/> are forgotten once it holds them. Any
    /// thread, without blocking; null for no store.
    /// </param>
    public OrdersView(SymbolDirectory symbols, int closedOrdersKept, int tradesKept = 100_000, Func<long>? storedSequence = null)
    {
        _symbols = symbols;
        _closedOrdersKept = closedOrdersKept;
        _tradesKept = tradesKept;
        _storedSequence = storedSequence ?? (() => 0);
        _orders = new OrderTable(closedOrdersKept);
        _trades = new TradeWindow(tradesKept);
        _fold = new OrderFold<Rows>(new Rows(this));
    }

    /// <summary>Returns an empty view that keeps as many closed orders and trades.</summary>
    public OrdersView NewView(SymbolDirectory directory) => new(directory, _closedOrdersKept, _tradesKept);

    public void BeginBatch() => _gate.Enter();

    public void EndBatch()
    {
        var stored = _storedSequence();
        _orders.ForgetUpTo(stored, KeptWhenStored);
        _trades.ForgetUpTo(stored, KeptWhenStored);
        _gate.Exit();
    }

    public void Apply(in Record record, int replyToken)
    {
        _sequence = record.Sequence;
        _timeUs = record.TimeUs;
        if (!record.CommandType.IsTrading())
        {
            return;
        }

        _capture = CaptureOf(record, replyToken);
        var changed = _fold.Apply(record);
        if (changed != OrderFold<Rows>.None)
        {
            _capture?.SetOrder(_orders.StateOf(changed));
        }
    }

    /// <summary>See <see cref="ReplyCaptures.Take"/>.</summary>
    public void TakeCapture(int token, long sequence, out OrderState order, out FillState[] fills, out OrderState[] canceled) =>
        _captures.Take(token, sequence, out order, out fills, out canceled);

    /// <summary>Sequence of the last record whose effects the view shows.</summary>
    public long Sequence
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <summary>Adds what the query finds here, ascending, and says how far that reaches.</summary>
    public WindowReach Copy(in OrderQuery query, List<OrderState> orders)
    {
        lock (_gate)
        {
            var isWhole = _orders.Copy(query, orders);
            return new WindowReach(_sequence, _orders.ForgottenSequence, isWhole);
        }
    }

    /// <summary>As above.</summary>
    public WindowReach Copy(in FillQuery query, List<AccountFill> fills)
    {
        lock (_gate)
        {
            fills.Clear();
            var isWhole = _trades.Copy(query, fills);
            OrderPage.Cut(query, fills);
            return new WindowReach(_sequence, _trades.ForgottenSequence, isWhole);
        }
    }

    /// <summary>As <see cref="TryGet(int, int, long, out OrderState)"/>, and says how far a negative answer reaches.</summary>
    public bool TryFind(int accountId, int symbolId, long orderId, out OrderState state, out WindowReach reach)
    {
        lock (_gate)
        {
            reach = new WindowReach(_sequence, _orders.ForgottenSequence, orderId > _orders.ForgottenOrderId);
            return TryGet(accountId, symbolId, orderId, out state);
        }
    }

    /// <summary>As above, by client id.</summary>
    public bool TryFind(int accountId, int symbolId, in ClientOrderId clientOrderId, out OrderState state, out WindowReach reach)
    {
        lock (_gate)
        {
            reach = new WindowReach(_sequence, _orders.ForgottenSequence, IsWhole: _orders.ForgottenSequence == 0);
            return TryGet(accountId, symbolId, clientOrderId, out state);
        }
    }

    public bool TryGet(int accountId, int symbolId, long orderId, out OrderState state)
    {
        lock (_gate)
        {
            var row = _orders.Find(orderId);
            if (row != OrderTable.None && _orders.Progress(row).AccountId == accountId && _orders.Progress(row).SymbolId == symbolId)
            {
                state = _orders.StateOf(row);
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
            if (row != OrderTable.None)
            {
                state = _orders.StateOf(row);
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
            for (var row = _orders.FirstOpen(accountId); row != OrderTable.None; row = _orders.NextOpen(row))
            {
                if (symbolId is null || _orders.Progress(row).SymbolId == symbolId)
                {
                    orders.Add(_orders.StateOf(row));
                }
            }
        }
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(_sequence);
        _orders.Save(writer);
        _trades.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("orders view", SnapshotVersion);
        _sequence = reader.ReadInt64();
        _orders.Load(reader);
        _trades.Load(reader);
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
        public ref OrderProgress Progress(int row) => ref view._orders.Progress(row);

        public ref OrderTerms Terms(int row) => ref view._orders.Terms(row);

        public Symbol Symbol(int symbolId) => view._symbols.Symbol(symbolId);

        public int Add(in OrderState order) => view._orders.Add(order);

        public int Open(long orderId)
        {
            var row = view._orders.Find(orderId);
            Invariant.That(row != OrderTable.None && view._orders.Progress(row).IsOpen, "an event names an open order");
            return row;
        }

        public void Closed(int row) => view._orders.Close(row, view._sequence);

        public void Traded(in TradeExecuted trade, int taker, int maker)
        {
            view._trades.Add(trade, view._orders.Progress(taker), view._orders.Progress(maker), view._sequence, view._timeUs);
            view._capture?.Add(new FillState(trade.TradeId, trade.Price, trade.Quantity, trade.TakerFee));
        }

        public void MassCanceled(int row) => view._capture?.AddCanceled(view._orders.StateOf(row));
    }
}

/// <summary>How far an answer from the recent window reaches.</summary>
/// <param name="Sequence">The last record that the window shows.</param>
/// <param name="ForgottenSequence">The last record whose effects have (partly) left the window; 0 when none has.</param>
/// <param name="IsWhole">What has left cannot add to the answer.</param>
internal readonly record struct WindowReach(long Sequence, long ForgottenSequence, bool IsWhole);
