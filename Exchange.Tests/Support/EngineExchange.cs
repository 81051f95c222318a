using Exchange.Accounts;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Tests.Support;

/// <summary>
/// The real engine with the real ledger, risk and views, without threads and disk: records go from the engine straight into the views.
/// </summary>
internal sealed class EngineExchange : IScenarioExchange, IDisposable
{
    private readonly byte[] _buffer;
    private readonly MemoryStream _outcome = new();
    private readonly List<DepthLevel> _bids = [];
    private readonly List<DepthLevel> _asks = [];
    private readonly IRecordConsumer[] _consumers;

    /// <param name="genesis">Executed at once.</param>
    /// <param name="onRecord">Told each record as it is made, that of genesis first; null for nobody.</param>
    public EngineExchange(GenesisCommand genesis, Action<ReadOnlyMemory<byte>>? onRecord = null)
    {
        OnRecord = onRecord;
        var balances = new BalancesView(Symbols);
        Accounts = new AccountsModule(balances);
        Engine = new MatchingEngine<RiskPort, LedgerPort>(RiskModule.Risk, Accounts.Ledger);
        Orders = new OrdersView(Symbols, closedOrdersKept: 1_000);
        _consumers = [Symbols, balances, new OperatorsView(), RiskModule.View, MarketData, Orders];
        _buffer = new byte[RecordLimits.MaxRecordLength(Math.Max(genesis.WorkLimit, 1_000))];
        Execute(CommandType.Genesis, genesis.ToBytes(), timeUs: 0);
    }

    public MatchingEngine<RiskPort, LedgerPort> Engine { get; }

    public SymbolDirectory Symbols { get; } = new();

    public AccountsModule Accounts { get; }

    public RiskModule RiskModule { get; } = new();

    public MarketDataView MarketData { get; } = new();

    public OrdersView Orders { get; }

    /// <summary>Sequence of the last record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Update ids that the last command used.</summary>
    public int UpdateCount { get; private set; }

    /// <summary>Told each record as it is made; null for nobody.</summary>
    public Action<ReadOnlyMemory<byte>>? OnRecord { get; set; }

    public IReadOnlyList<ExchangeEvent> AddSymbol(SymbolSpec spec, long timeUs) => Execute(CommandType.AddSymbol, AddSymbolCommand.ToBytes(spec), timeUs);

    public IReadOnlyList<ExchangeEvent> OpenAccount(OpenAccountCommand command, long timeUs) => Execute(CommandType.OpenAccount, command.ToBytes(), timeUs);

    public IReadOnlyList<ExchangeEvent> AdjustBalance(AdjustBalanceCommand command, long timeUs) =>
        Execute(CommandType.AdjustBalance, command.ToBytes(), timeUs);

    public IReadOnlyList<ExchangeEvent> SetQuarantine(QuarantineCommand command, bool cancelOnly, long timeUs) =>
        Execute(cancelOnly ? CommandType.Quarantine : CommandType.ReleaseQuarantine, command.ToBytes(), timeUs);

    public IReadOnlyList<ExchangeEvent> Execute(in CommandSlot command, long timeUs)
    {
        var copy = command;
        return Run(ref copy, default, timeUs);
    }

    public IReadOnlyList<RestingOrder> OpenOrders(int symbolId, Side side) =>
        [.. Engine.InspectOrders(symbolId, side).Select(order =>
            new RestingOrder(order.OrderId, order.AccountId, order.ClientOrderId.ToString(), order.Price, order.Leaves))];

    public IReadOnlyList<LevelTotal> Levels(int symbolId, Side side)
    {
        MarketData.CopyDepth(symbolId, int.MaxValue, _bids, _asks);
        return [.. (side == Side.Buy ? _bids : _asks).Select(level => new LevelTotal(level.Price, level.Quantity))];
    }

    public Funds Balance(int accountId, int assetId) =>
        accountId < 1 || accountId > Accounts.Ledger.AccountCount
            ? default
            : new Funds(Accounts.Ledger.Free(accountId, assetId), Accounts.Ledger.Held(accountId, assetId));

    public long FeesCollected(int assetId) => (long)Accounts.Ledger.Ledger.FeesCollected(assetId);

    public void CheckInvariants()
    {
        if (Engine.FindInconsistency() is { } fault)
        {
            throw new InvariantBrokenException(fault);
        }
    }

    public void Dispose() => Engine.Dispose();

    /// <summary>Executes a command whose outcome has no plain form.</summary>
    public void Administer(StreamCommand command)
    {
        var slot = command.Slot;
        Take(Engine.Execute(ref slot, command.Payload, ++Sequence, command.TimeUs, _buffer));
        while (Engine.HasPendingWork)
        {
            Take(Engine.ExecutePending(++Sequence, command.TimeUs, _buffer));
        }
    }

    private List<ExchangeEvent> Execute(CommandType type, byte[] payload, long timeUs)
    {
        CommandSlot command = default;
        command.Type = type;
        return Run(ref command, payload, timeUs);
    }

    private List<ExchangeEvent> Run(ref CommandSlot command, ReadOnlySpan<byte> payload, long timeUs)
    {
        _outcome.SetLength(0);
        Take(Engine.Execute(ref command, payload, ++Sequence, timeUs, _buffer));
        while (Engine.HasPendingWork)
        {
            Take(Engine.ExecutePending(++Sequence, timeUs, _buffer));
        }

        var events = OutcomeReader.Read(_outcome.GetBuffer().AsSpan(0, (int)_outcome.Length), out var updateCount);
        UpdateCount = updateCount;
        return events;
    }

    private void Take(int length)
    {
        var record = new Record(_buffer.AsSpan(0, length));
        foreach (var consumer in _consumers)
        {
            consumer.BeginBatch();
            consumer.Apply(in record, CommandSlot.NoReply);
            consumer.EndBatch();
        }

        _outcome.Write(record.Bytes);
        OnRecord?.Invoke(_buffer.AsMemory(0, length));
    }
}
