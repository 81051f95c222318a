using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;

namespace Exchange.Replication.Sql;

/// <summary>
/// The history as rows: folds records with the folds of the published views, and hands every batch to the writer. What the folds must know of
/// the past, open orders and symbols, comes from the store, so that a restart goes on exactly. One thread.
/// </summary>
/// <param name="openWriter">Opens the store; called anew after every failure.</param>
/// <param name="openOrdersCached">See <see cref="SqlOptions.OpenOrdersCached"/>.</param>
internal sealed class SqlReplicator : IReplicator
{
    private const long MinuteUs = 60_000_000;

    private readonly Func<IRowWriter> _openWriter;
    private readonly RowBatch _batch;
    private readonly OrderFold<Orders> _orders;
    private readonly BalanceFold<Money> _money;
    private readonly SymbolState _symbols = new();
    private IRowWriter? _writer;
    private JournalPosition _position;
    private long _closedRoundTrips;

    // Of the record that is being applied.
    private long _sequence;
    private long _timeUs;
    private int _entry;

    public SqlReplicator(Func<IRowWriter> openWriter, int openOrdersCached)
    {
        _openWriter = openWriter;
        _batch = new RowBatch(new OrderRows(ReadOrder, openOrdersCached));
        _orders = new OrderFold<Orders>(new Orders(this));
        _money = new BalanceFold<Money>(new Money(this));
    }

    public string Name => "sql";

    public int PendingCount => _batch.Count;

    public long RoundTrips => Volatile.Read(ref _closedRoundTrips) + (Volatile.Read(ref _writer)?.RoundTrips ?? 0);

    public JournalPosition Open()
    {
        _writer = _openWriter();
        (_position, var directory) = _writer.ReadPosition();
        _sequence = _position.Sequence;
        _symbols.Load(directory);
        return _position;
    }

    public void Apply(long epoch, in Record record)
    {
        Invariant.That(record.Sequence == _sequence + 1, "records are applied in sequence, each once");
        _sequence = record.Sequence;
        _timeUs = record.TimeUs;
        _entry = 0;
        if (!record.CommandType.IsTrading())
        {
            AddAudit(record);
            ApplyAdministration(record);
        }

        _orders.Apply(record);
        _money.Apply(record);
    }

    public void Commit(in JournalPosition position)
    {
        _writer!.Write(_batch, _position, position);
        _position = position;
        _batch.Clear();
        _batch.Orders.Committed();
    }

    public void Close()
    {
        if (_writer is { } writer)
        {
            Volatile.Write(ref _writer, null);
            Volatile.Write(ref _closedRoundTrips, _closedRoundTrips + writer.RoundTrips);
            writer.Dispose();
        }

        _batch.Clear();
        _batch.Orders.Clear();
    }

    private bool ReadOrder(long orderId, out OrderState order) => _writer!.TryReadOrder(orderId, out order);

    private void ApplyAdministration(in Record record)
    {
        var events = record.Events;
        if (!events.MoveNext() || events.Type == EventType.CommandRejected)
        {
            return;
        }

        do
        {
            if (events.Type == EventType.AccountOpened)
            {
                _batch.Accounts.Add(new AccountRow(events.As<AccountOpened>().AccountId, record.TimeUs));
            }
        }
        while (events.MoveNext());

        var assetCount = _symbols.Directory.Assets.Length;
        var symbolCount = _symbols.Directory.Symbols.Length;
        _symbols.Apply(record);
        _batch.Assets.AddRange(_symbols.Directory.Assets[assetCount..]);
        _batch.Symbols.AddRange(_symbols.Directory.Symbols[symbolCount..]);
        _batch.Directory = _symbols.Save();
    }

    private void AddAudit(in Record record)
    {
        var reject = RejectReason.None;
        long firstSequence = 0;
        for (var events = record.Events; events.MoveNext();)
        {
            if (events.Type == EventType.CommandRejected)
            {
                reject = events.As<CommandRejected>().Reason;
            }
            else if (events.Type == EventType.RequestRepeated)
            {
                firstSequence = events.As<RequestRepeated>().FirstSequence;
            }
        }

        // Why the replacement: a reason is any bytes, and PostgreSQL takes no character 0.
        _batch.Audit.Add(AdministerCommand.TryRead(record.CommandType == CommandType.Administer ? record.Body : default, out var command)
            ? new AuditRow(
                record.Sequence, record.TimeUs, command.OperatorId, command.RequestId.ToString("x32", CultureInfo.InvariantCulture),
                Encoding.UTF8.GetString(command.Reason).Replace('\0', '\uFFFD'), command.RequestType, reject, firstSequence)
            : new AuditRow(record.Sequence, record.TimeUs, 0, "", "", record.CommandType, reject, firstSequence));
    }

    private void AddToCandle(Symbol symbol, in TradeExecuted trade, bool takerBuys)
    {
        ref var candle = ref CollectionsMarshal.GetValueRefOrAddDefault(_batch.Candles, (symbol.Id, _timeUs - _timeUs % MinuteUs), out _);
        candle.Add(trade.TradeId, trade.Price, trade.Quantity, symbol.Notional(trade.Price, trade.Quantity), takerBuys);
    }

    private void Change(int accountId, int assetId, long free, long held, long timeUs)
    {
        ref var change = ref CollectionsMarshal.GetValueRefOrAddDefault(_batch.Balances, (accountId, assetId), out _);
        change.Free += free;
        change.Held += held;
        change.UpdatedUs = timeUs;
    }

    private void AddEntry(int accountId, int assetId, LedgerEntryKind kind, long change, long fee, long timeUs) =>
        _batch.LedgerEntries.Add(new LedgerEntryRow(accountId, assetId, _sequence, _entry++, kind, change, fee, timeUs));

    /// <summary>The orders as the fold changes them; a trade becomes a row of its own and one for each side.</summary>
    private readonly struct Orders(SqlReplicator owner) : IOrderRows
    {
        public ref OrderProgress Progress(int row) => ref owner._batch.Orders[row].Progress;

        public ref OrderTerms Terms(int row) => ref owner._batch.Orders[row].Terms;

        public Symbol Symbol(int symbolId) => owner._symbols.Directory.Symbol(symbolId);

        public int Add(in OrderState order) => owner._batch.Orders.Add(order);

        public int Open(long orderId) => owner._batch.Orders.Open(orderId);

        public void Closed(int row)
        {
        }

        public void Traded(in TradeExecuted trade, int taker, int maker)
        {
            var timeUs = owner._timeUs;
            ref readonly var incoming = ref owner._batch.Orders[taker];
            ref readonly var resting = ref owner._batch.Orders[maker];
            owner._batch.Trades.Add(new TradeRow(
                incoming.SymbolId, trade.TradeId, trade.AggregateTradeId, owner._sequence, incoming.Side, trade.Price, trade.Quantity, timeUs));
            owner.AddToCandle(Symbol(incoming.SymbolId), trade, incoming.Side == Side.Buy);
            owner._batch.Fills.Add(new FillRow(
                incoming.AccountId, incoming.SymbolId, trade.TradeId, false, incoming.OrderId, incoming.Side, trade.Price, trade.Quantity, trade.TakerFee, timeUs));
            owner._batch.Fills.Add(new FillRow(
                resting.AccountId, resting.SymbolId, trade.TradeId, true, resting.OrderId, resting.Side, trade.Price, trade.Quantity, trade.MakerFee, timeUs));
        }

        public void MassCanceled(int row)
        {
        }
    }

    /// <summary>Balances as sums of a batch's changes; what changes an account's total becomes a ledger entry.</summary>
    private readonly struct Money(SqlReplicator owner) : IBalanceChanges
    {
        public Symbol Symbol(int symbolId) => owner._symbols.Directory.Symbol(symbolId);

        public void Hold(int accountId, int assetId, long amount, long timeUs) => owner.Change(accountId, assetId, -amount, amount, timeUs);

        public void Pay(int accountId, int assetId, long amount, long timeUs)
        {
            owner.Change(accountId, assetId, 0, -amount, timeUs);
            owner.AddEntry(accountId, assetId, LedgerEntryKind.Paid, -amount, 0, timeUs);
        }

        public void Receive(int accountId, int assetId, long amount, long fee, long timeUs)
        {
            owner.Change(accountId, assetId, amount - fee, 0, timeUs);
            owner.AddEntry(accountId, assetId, LedgerEntryKind.Received, amount, fee, timeUs);
        }

        public void Adjust(int accountId, int assetId, long change, long timeUs)
        {
            owner.Change(accountId, assetId, change, 0, timeUs);
            owner.AddEntry(accountId, assetId, LedgerEntryKind.Adjusted, change, 0, timeUs);
        }
    }
}
