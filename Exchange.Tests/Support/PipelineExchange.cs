using Exchange.Accounts;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Tests.Support;

/// <summary>The real pipeline with all its threads over a storage of the test's choice, with the real ledger, risk and views.</summary>
internal sealed class PipelineExchange : IAsyncDisposable
{
    /// <summary>Ends a test that hangs; no test depends on how long anything takes.</summary>
    public static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    private readonly Func<ulong> _stateHash;
    private readonly Func<string?> _inconsistency;

    /// <param name="storage">The disk.</param>
    /// <param name="plan">Faults of risk and ledger; null runs the ports as they are.</param>
    /// <param name="witness">Fed behind the views; null for none.</param>
    /// <param name="onFailure">Told which stage failed, and how.</param>
    /// <param name="surroundings">Of an exchange with a plan.</param>
    /// <param name="newParts">Makes the exchanges that take snapshots; null: none is taken.</param>
    public PipelineExchange(
        IStorage storage,
        IClock? clock = null,
        PipelineOptions? options = null,
        FaultPlan? plan = null,
        IRecordConsumer? witness = null,
        Action<string, Exception>? onFailure = null,
        PipelineSurroundings<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>? surroundings = null,
        Func<ExchangeParts<RiskPort, LedgerPort>>? newParts = null)
    {
        var balances = new BalancesView(Symbols);
        var accounts = new AccountsModule(balances);
        var risk = new RiskModule();
        Accounts = accounts;
        Orders = new OrdersView(Symbols, closedOrdersKept: 100_000);
        List<IRecordConsumer> consumers = [Symbols, balances, new OperatorsView(), risk.View, MarketData, Orders];
        if (witness is not null)
        {
            consumers.Add(witness);
        }

        var log = new PipelineLog(Log, (sequence, error) => Log($"{sequence}: {error.Message}"), (thread, failure) =>
        {
            Log($"{thread}: {failure.Message}");
            onFailure?.Invoke(thread, failure);
        });
        if (plan is null)
        {
            var pipeline = new ExchangePipeline<RiskPort, LedgerPort>(
                storage, clock ?? SystemClock.Instance, risk.Risk, accounts.Ledger, consumers, options ?? SmallOptions, log,
                new PipelineSurroundings<RiskPort, LedgerPort> { NewParts = newParts });
            (Pipeline, _stateHash, _inconsistency) = (pipeline, pipeline.ComputeStateHash, pipeline.FindInconsistency);
        }
        else
        {
            var pipeline = new ExchangePipeline<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>(
                storage,
                clock ?? SystemClock.Instance,
                new ThrowingRisk<RiskPort>(risk.Risk, plan),
                new ThrowingLedger<LedgerPort>(accounts.Ledger, plan),
                consumers,
                options ?? SmallOptions,
                log,
                surroundings);
            (Pipeline, _stateHash, _inconsistency) = (pipeline, pipeline.ComputeStateHash, pipeline.FindInconsistency);
        }
    }

    /// <summary>Rings and segments so small that a test laps them.</summary>
    public static PipelineOptions SmallOptions { get; } = new()
    {
        CommandRing = new CommandRingOptions { SlotCount = 256 },
        EventRing = new EventRingOptions { ByteCount = 1 << 18, SlotCount = 1_024 },
        Journal = new JournalOptions { SegmentBytes = 1 << 20, GroupBytes = 128 << 10, PrepareInBackground = false, BuildId = "test build" },
        InFlightCommands = 128,
        ReplyTimeoutMs = 600_000,
    };

    public static GenesisCommand Genesis { get; } = GenesisCommand.Default(ExchangeMode.Sandbox);

    public IExchangePipeline Pipeline { get; }

    public SymbolDirectory Symbols { get; } = new();

    public MarketDataView MarketData { get; } = new();

    public OrdersView Orders { get; }

    public AccountsModule Accounts { get; }

    public List<string> LogLines { get; } = [];

    /// <summary>Share of the ring, and of a full disk, that trading commands are submitted for.</summary>
    public ClaimClass TradingClass { get; set; } = ClaimClass.Normal;

    public ulong StateHash => _stateHash();

    public string? Inconsistency => _inconsistency();

    public Task StartAsync(GenesisCommand? genesis = null)
    {
        Pipeline.Recover(null);
        return Pipeline.StartAsync(genesis ?? Genesis).WaitAsync(HangGuard);
    }

    /// <summary>Adds the sample symbol and rich accounts 1 to <paramref name="accounts"/>.</summary>
    public async Task AddMarketAsync(int accounts)
    {
        await SubmitAsync(CommandType.AddSymbol, AddSymbolCommand.ToBytes(SampleSymbols.Spec with { MaxNumOrders = 100_000 }));
        var account = new OpenAccountCommand { Deposits = [new AssetAmount(0, 1L << 40), new AssetAmount(1, 1L << 50)] }.ToBytes();
        for (var i = 0; i < accounts; i++)
        {
            await SubmitAsync(CommandType.OpenAccount, account);
        }
    }

    /// <summary>Submits a command that travels as payload; returns its reject.</summary>
    public async Task<RejectReason> SubmitAsync(CommandType type, byte[] payload)
    {
        if (!Pipeline.Gateway.TrySubmit(type, payload, ClaimClass.Reserved, out var pending))
        {
            throw new InvalidOperationException("the exchange takes nothing");
        }

        using var reply = await pending.AsTask().WaitAsync(HangGuard);
        return reply.Reject;
    }

    /// <summary>Submits a trading command, again and again while it is shed; returns null when the exchange has closed.</summary>
    public async Task<Answer?> SubmitAsync(CommandSlot command)
    {
        ValueTask<CommandReply> pending;
        while (!Pipeline.Gateway.TrySubmit(ref command, TradingClass, out pending))
        {
            if (!Pipeline.IsAdmitting)
            {
                return null;
            }

            await Task.Yield();
        }

        using var reply = await pending.AsTask().WaitAsync(HangGuard);
        return Answer.Of(reply);
    }

    public async ValueTask DisposeAsync() => await Pipeline.DisposeAsync().AsTask().WaitAsync(HangGuard);

    private void Log(string line)
    {
        lock (LogLines)
        {
            LogLines.Add(line);
        }
    }
}

/// <summary>What a test keeps of a reply.</summary>
/// <param name="LastSequence">Sequence of the last record that belongs to the command.</param>
/// <param name="OrderId">Of the accepted order; 0 when none was.</param>
internal sealed record Answer(RejectReason Reject, long Sequence, long LastSequence, long OrderId)
{
    public static Answer Of(CommandReply reply)
    {
        long orderId = 0;
        long last = 0;
        for (var rest = reply.Records; !rest.IsEmpty;)
        {
            var record = new Record(rest);
            last = record.Sequence;
            for (var events = record.Events; events.MoveNext();)
            {
                orderId = events.Type == EventType.OrderAccepted ? events.As<OrderAccepted>().OrderId : orderId;
            }

            rest = rest[record.Bytes.Length..];
        }

        return new Answer(reply.Reject, reply.Sequence, last, orderId);
    }
}
