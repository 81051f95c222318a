using System.Text;
using Exchange.Accounts;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Tests.Support;

/// <summary>
/// Engine and views before their first command: filled by a recovery, by records, or by commands. One thread.
/// </summary>
internal sealed class BareExchange : IDisposable
{
    private readonly BalancesView _balances;
    private readonly RiskModule _risk = new();
    private readonly byte[] _buffer = new byte[RecordLimits.MaxRecordLength(10_000)];

    /// <param name="witness">Fed behind the views; null for none.</param>
    public BareExchange(IRecordConsumer? witness = null)
    {
        _balances = new BalancesView(Symbols);
        Accounts = new AccountsModule(_balances);
        Engine = new MatchingEngine<RiskPort, LedgerPort>(_risk.Risk, Accounts.Ledger);
        Orders = new OrdersView(Symbols, closedOrdersKept: 1_000);
        IReadOnlyList<IRecordConsumer> views = [Symbols, _balances, Operators, _risk.View, MarketData, Orders];
        Consumers = witness is null ? views : [.. views, witness];
    }

    /// <summary>Returns what an empty exchange is made of, for a snapshotter.</summary>
    public static ExchangeParts<RiskPort, LedgerPort> NewParts()
    {
        using var empty = new BareExchange();
        return new ExchangeParts<RiskPort, LedgerPort>(empty._risk.Risk, empty.Accounts.Ledger, empty.Consumers);
    }

    public MatchingEngine<RiskPort, LedgerPort> Engine { get; }

    public AccountsModule Accounts { get; }

    public OperatorsView Operators { get; } = new();

    public IRiskModule Risk => _risk;

    public SymbolDirectory Symbols { get; } = new();

    public MarketDataView MarketData { get; } = new();

    public OrdersView Orders { get; }

    public IReadOnlyList<IRecordConsumer> Consumers { get; }

    /// <summary>Sequence of the last record executed here.</summary>
    public long Sequence { get; set; }

    /// <summary>Executes a command and all that continues it; each record goes to the views and to <paramref name="onRecord"/>.</summary>
    public void Execute(StreamCommand command, Action<byte[]>? onRecord = null)
    {
        Begin(command, onRecord);
        while (Engine.HasPendingWork)
        {
            Continue(command.TimeUs, onRecord);
        }
    }

    /// <summary>Executes a command's first record and leaves what its bound of work leaves.</summary>
    public void Begin(StreamCommand command, Action<byte[]>? onRecord = null)
    {
        var slot = command.Slot;
        Take(Engine.Execute(ref slot, command.Payload, ++Sequence, command.TimeUs, _buffer), onRecord);
    }

    /// <summary>Executes one record's worth of pending work.</summary>
    public void Continue(long timeUs, Action<byte[]>? onRecord = null) =>
        Take(Engine.ExecutePending(++Sequence, timeUs, _buffer), onRecord);

    /// <summary>Returns the content of a snapshot.</summary>
    public byte[] SaveSnapshot()
    {
        var bytes = new MemoryStream();
        SnapshotContent.Save(new SnapshotWriter(bytes.Write), Engine, Consumers);
        return bytes.ToArray();
    }

    /// <summary>Fills this empty exchange from the whole content of a snapshot.</summary>
    public void LoadSnapshot(byte[] content, long sequence)
    {
        using var bytes = new MemoryStream(content);
        SnapshotContent.Load(new SnapshotReader(bytes.ReadExactly), Engine, Consumers);
        Invariant.That(bytes.Position == bytes.Length, "a snapshot is read to its end");
        Sequence = sequence;
    }

    /// <summary>What the recovery had to say.</summary>
    public List<string> RecoveryLog { get; } = [];

    /// <summary>Recovers from the newest snapshot and the journal; tells the last sequence behind each group.</summary>
    /// <param name="buildId">As whose build: snapshots of others are tried first. Null: none is.</param>
    public JournalEnd Recover(IStorage storage, Action<long>? progress = null, string? buildId = null)
    {
        var probe = buildId is null ? null : new SnapshotProbe<RiskPort, LedgerPort>(NewParts, buildId);
        var end = Recovery.Run(storage, "journal", Engine, Consumers, probe, RecoveryLog.Add, progress, isOneThread: true).End;
        Sequence = end.NextSequence - 1;
        return end;
    }

    /// <summary>Returns everything that the views show, in words.</summary>
    public string ViewsText(int accountCount = 50)
    {
        var text = new StringBuilder();
        List<DepthLevel> bids = [];
        List<DepthLevel> asks = [];
        List<PublicTrade> trades = [];
        List<AggregateTrade> aggregates = [];
        List<Candle> candles = [];
        foreach (var symbol in Symbols.Symbols)
        {
            var updateId = MarketData.CopyDepth(symbol.Id, int.MaxValue, bids, asks);
            MarketData.CopyTrades(symbol.Id, TradeRange.Newest(1_000), trades);
            text.AppendLine($"{symbol.Name} {Symbols.RestrictionsOf(symbol.Id)} {updateId} {MarketData.LastPrice(symbol.Id)}");
            MarketData.CopyAggregateTrades(symbol.Id, TradeRange.Newest(1_000), aggregates);
            text.AppendJoin(' ', aggregates).AppendLine();
            var now = trades.Count == 0 ? 0 : trades[^1].TimeUs;
            foreach (var interval in CandleInterval.All)
            {
                MarketData.CopyCandles(symbol.Id, new CandleRange(interval, 0, null, long.MaxValue, now, 50), candles);
                text.AppendLine($"{interval.Name} {string.Join(' ', candles.Select(CandleText.Of))}");
            }

            var statistics = MarketData.StatisticsSince(symbol.Id, Math.Max(0, now / 60_000_000 - 1_440) * 60_000_000);
            text.AppendLine($"{CandleText.Of(statistics.Window)} {statistics.PreviousClose} {statistics.LastTrade} {statistics.Best}");
            text.AppendJoin(' ', bids).AppendLine().AppendJoin(' ', asks).AppendLine().AppendJoin(' ', trades).AppendLine();
        }

        text.AppendJoin(' ', Operators.Operators).AppendLine();
        foreach (var entry in Operators.Audit(1_000, long.MaxValue))
        {
            text.AppendLine($"{entry.Sequence} {entry.TimeUs} {entry.OperatorId} {entry.RequestId} {entry.Reason} {entry.RequestType} "
                + $"{Convert.ToHexString(entry.Request.Span)} {entry.Reject} {entry.FirstSequence}");
        }

        List<Balance> balances = [];
        List<OrderState> orders = [];
        for (var accountId = 1; accountId <= Math.Min(accountCount, Engine.Ledger.AccountCount); accountId++)
        {
            Accounts.CopyBalances(accountId, balances);
            Accounts.TryGetAccount(accountId, out var isEnabled);
            text.AppendLine($"account {accountId} {isEnabled} {_risk.CountsOf(accountId, 0)}").AppendJoin(' ', balances).AppendLine();
            text.AppendJoin(' ', Accounts.KeysOf(accountId).Select(key => $"{key.Id} {key.Value} {key.IsEnabled} {key.Permissions}")).AppendLine();
            Orders.CopyOpen(accountId, null, orders);
            foreach (var order in orders)
            {
                text.AppendLine($"{order.OrderId} {order.SymbolId} {order.ClientOrderId} {order.Side} {order.Type} {order.Status} {order.Price} "
                    + $"{order.Quantity} {order.ExecutedQuantity} {order.CumulativeQuote} {order.CreatedUs} {order.UpdatedUs} {order.WorkingUs}");
            }
        }

        return text.ToString();
    }

    public void Dispose() => Engine.Dispose();

    private void Take(int length, Action<byte[]>? onRecord)
    {
        var bytes = _buffer.AsSpan(0, length).ToArray();
        var record = new Record(bytes);
        foreach (var consumer in Consumers)
        {
            consumer.BeginBatch();
            consumer.Apply(in record, CommandSlot.NoReply);
            consumer.EndBatch();
        }

        onRecord?.Invoke(bytes);
    }
}
