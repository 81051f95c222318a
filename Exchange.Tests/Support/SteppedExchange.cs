using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Tests.Support;

/// <summary>The real pipeline on the caller's thread: one command at a time, each through all stages before the next.</summary>
internal sealed class SteppedExchange : IDisposable
{
    private const int Engine = 0;
    private const int Journal = 1;
    private const int Publisher = 2;

    private readonly PipelineExchange _exchange;
    private readonly ExchangePipeline<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>> _pipeline;
    private readonly GenesisCommand _genesis;

    public SteppedExchange(IStorage storage, IClock clock, GenesisCommand genesis)
    {
        var options = PipelineExchange.SmallOptions;
        _genesis = genesis;
        Storage = storage;
        _exchange = new PipelineExchange(
            storage,
            clock,
            options with { IsStepped = true, Journal = options.Journal with { SegmentBytes = 256 << 10 } },
            Plan,
            onFailure: (_, failure) => Failure ??= failure);
        _pipeline = (ExchangePipeline<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>)_exchange.Pipeline;
    }

    public IStorage Storage { get; }

    /// <summary>Faults of risk and ledger.</summary>
    public FaultPlan Plan { get; } = new();

    /// <summary>What ended the pipeline; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    public Ledger Ledger => _exchange.Accounts.Ledger.Ledger;

    public ulong StateHash => _pipeline.ComputeStateHash();

    public bool IsAdmitting => _pipeline.IsAdmitting;

    /// <summary>Recovers and starts.</summary>
    public void Start()
    {
        // Why: with a context that is not the default one, a continuation of the start would go on in another thread.
        SynchronizationContext.SetSynchronizationContext(null);
        _pipeline.Recover(null);
        var start = _pipeline.StartAsync(_genesis);
        while (!start.IsCompleted)
        {
            StepAll();
        }

        start.GetAwaiter().GetResult();
    }

    /// <summary>Executes a command; returns its records, or none when it ended the pipeline.</summary>
    public List<byte[]> Execute(StreamCommand command)
    {
        var slot = command.Slot;
        ValueTask<CommandReply> pending;
        var isTaken = slot.Type.IsTrading()
            ? _pipeline.Gateway.TrySubmit(ref slot, ClaimClass.Reserved, out pending)
            : _pipeline.Gateway.TrySubmit(slot.Type, command.Payload, ClaimClass.Reserved, out pending);
        Invariant.That(isTaken, "one command at a time is always taken");
        while (!pending.IsCompleted)
        {
            StepAll();
        }

        try
        {
            using var reply = pending.GetAwaiter().GetResult();
            List<byte[]> records = [];
            for (var rest = reply.Records; !rest.IsEmpty;)
            {
                var record = new Record(rest).Bytes;
                records.Add(record.ToArray());
                rest = rest[record.Length..];
            }

            return records;
        }
        catch (ExchangeStoppedException)
        {
            return [];
        }
    }

    public void Dispose() => _pipeline.Abandon();

    private void StepAll()
    {
        _pipeline.Step(Engine);
        _pipeline.Step(Journal);
        _pipeline.Step(Publisher);
    }
}
