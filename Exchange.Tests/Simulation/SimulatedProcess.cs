using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Risk;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// One process life: the real pipeline, stepped. A stage may be stepped while another stands in a disk operation, or the engine at a full ring,
/// as threads would; never the same one twice at once.
/// </summary>
internal sealed class SimulatedProcess : IDisposable
{
    private const int Engine = 0;
    private const int Journal = 1;
    private const int Publisher = 2;

    /// <summary>More steps than any life needs: a life that takes them stands still.</summary>
    private const int StepsMax = 2_000_000;

    private readonly SimulationPlan _plan;
    private readonly long _epoch;
    private readonly SimulatedSurroundings _surroundings;
    private readonly SimulationHistory _history;
    private readonly SimulationDisk _disk;
    private readonly SplitMix64 _random;
    private readonly Action<string> _trace;
    private readonly PipelineExchange _exchange;
    private readonly ExchangePipeline<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>> _pipeline;
    private readonly bool[] _isRunning = new bool[3];
    private SimulationFailure? _broken;
    private bool _isLive;
    private int _steps;

    public SimulatedProcess(
        SimulationPlan plan,
        long epoch,
        SimulatedSurroundings surroundings,
        SimulationHistory history,
        SimulationDisk disk,
        ManualClock clock,
        FaultPlan poison,
        SplitMix64 random,
        Action<string> trace)
    {
        _epoch = epoch;
        _surroundings = surroundings;
        _plan = plan;
        _history = history;
        _disk = disk;
        _random = random;
        _trace = trace;
        _exchange = new PipelineExchange(disk.Disk, clock, plan.Options with { EpochMin = epoch }, poison, new RecordWitness(OnRecord), OnFailure, Surroundings());
        _pipeline = (ExchangePipeline<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>)_exchange.Pipeline;
    }

    /// <summary>The first failure of a stage; the process must end.</summary>
    public Exception? Failure { get; private set; }

    public bool HasEnded => _pipeline.Ended.IsCompleted;

    public PipelineExchange Exchange => _exchange;

    public ICommandGateway Gateway => _pipeline.Gateway;

    public bool IsAdmitting => _pipeline.IsAdmitting;

    public long PublishedSequence => _pipeline.PublishedSequence;

    public ulong StateHash => _pipeline.ComputeStateHash();

    public bool HasPendingWork => _pipeline.Engine.HasPendingWork;

    /// <summary>Recovers; whatever it throws leaves.</summary>
    public JournalEnd Recover()
    {
        var end = _pipeline.Recover(null);
        SimulationHistory.Require(
            _plan.SyncLiePpm > 0 || end.Epoch >= _surroundings.LastEpoch,
            $"records were shown under epoch {_surroundings.LastEpoch}, and the journal ends in epoch {end.Epoch}");
        SimulationHistory.Require(
            _plan.SyncLiePpm > 0 || !_exchange.LogLines.Exists(line => line.Contains("passed over", StringComparison.Ordinal)),
            $"a snapshot that nobody damaged is passed over: {string.Join('\n', _exchange.LogLines)}");
        _pipeline.EventRing!.WhenFull = LetConsumersGoOn;
        _isLive = true;
        return end;
    }

    /// <summary>Starts, stepping all stages until the start is through, has failed, or the process has no power.</summary>
    public Task Start()
    {
        var start = _pipeline.StartAsync(_plan.Genesis);
        _disk.Preempt = Preempt;
        while (!start.IsCompleted && !_disk.Disk.HasLostPower && !HasEnded)
        {
            StepAny();
        }

        return start;
    }

    /// <summary>Lets a stage of the seed's choice do what it can.</summary>
    public void StepAny() => Step(_random.Below(3));

    public void StepEngine() => Step(Engine);

    public void StepJournal() => Step(Journal);

    public void StepPublisher() => Step(Publisher);

    /// <summary>What timers and the preparer's thread do now and then.</summary>
    public void Watch()
    {
        _pipeline.Watch();
        if (Failure is null && !HasEnded && !_disk.Disk.HasLostPower)
        {
            _pipeline.RetryPreparation();
        }
    }

    /// <summary>Stops in good order.</summary>
    public void Stop()
    {
        var stop = _pipeline.StopAsync();
        while (!HasEnded && !_disk.Disk.HasLostPower)
        {
            StepAny();
        }

        if (HasEnded)
        {
            stop.GetAwaiter().GetResult();
        }
    }

    /// <summary>The process is gone; what it held in memory is nobody's any more.</summary>
    public void Dispose()
    {
        _disk.Preempt = null;
        _isLive = false;
        _pipeline.Abandon();
    }

    /// <summary>Returns the first difference to the reference, or null.</summary>
    public string? FirstDifference() => StateComparison.FirstDifference(
        _pipeline.Engine, _exchange.Accounts.Ledger.Ledger, _exchange.Accounts, _exchange.MarketData, _exchange.Orders, _history.Reference);

    /// <summary>Lets the housekeeping look: a snapshot may be taken, segments deleted. Other stages go on in its disk operations.</summary>
    public void KeepHouse()
    {
        var before = _pipeline.Housekeeping.SnapshotSequence;
        try
        {
            _pipeline.StepHousekeeping();
            if (_pipeline.Housekeeping.SnapshotSequence != before)
            {
                _disk.Count("snapshot taken");
                _trace($"snapshot taken behind {_pipeline.Housekeeping.SnapshotSequence}");
            }
        }
        catch (PowerLostException)
        {
            // The process is gone in the middle of it.
        }

        if (_broken is not null)
        {
            throw _broken;
        }

        SimulationHistory.Require(
            _plan.SyncLiePpm > 0 || _pipeline.Housekeeping.Problem?.Contains("until the next start", StringComparison.Ordinal) != true,
            $"the housekeeping gave up, and nobody damaged anything: {_pipeline.Housekeeping.Problem}");
        _surroundings.RequireKept(_disk.Disk);
    }

    private void OnRecord(in Record record)
    {
        if (_isLive)
        {
            _history.OnPublished(in record);
            _surroundings.LastEpoch = _epoch;
        }
    }

    /// <summary>What the housekeeping takes snapshots with: a second exchange, whose commands have done no harm yet.</summary>
    private PipelineSurroundings<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>? Surroundings() => !_plan.TakesSnapshots ? null : new()
    {
        Followers = _surroundings.NewFollowers(),
        Archive = _surroundings.Archive,
        NewParts = () =>
        {
            var empty = BareExchange.NewParts();
            return new ExchangeParts<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>(
                new ThrowingRisk<RiskPort>(empty.Risk, new FaultPlan()),
                new ThrowingLedger<LedgerPort>(empty.Ledger, new FaultPlan()),
                [.. empty.Consumers, new RecordWitness(null)]);
        },
    };

    private void Step(int stage)
    {
        SimulationHistory.Require(++_steps < StepsMax, "the exchange does not go on: its stages do nothing any more");
        if (_isRunning[stage] || _pipeline.StageCount == 0 || _disk.Disk.HasLostPower)
        {
            return;
        }

        if (stage == Engine)
        {
            _pipeline.EngineStepSlotCount = _random.Chance(_plan.BatchPercent) ? (int)_random.Between(2, 64) : 1;
        }

        _isRunning[stage] = true;
        var progress = _pipeline.Step(stage);
        _isRunning[stage] = false;
        if (_broken is not null)
        {
            throw _broken;
        }

        if (stage == Engine && progress == StageProgress.Worked && _pipeline.Engine.FindInconsistency() is { } fault)
        {
            throw new SimulationFailure($"behind a command the engine contradicts itself: {fault}");
        }
    }

    /// <summary>Another stage goes on while this one stands in a disk operation.</summary>
    private void Preempt()
    {
        for (var turns = _random.Between(1, 3); turns > 0; turns--)
        {
            var stage = _random.Below(3);
            if (stage != Engine || HasRoomForEngine())
            {
                Step(stage);
            }
        }
    }

    /// <summary>
    /// Whether the engine may go on while the journal stands below it on this very thread: for a command of ordinary size there is room. What needs more
    /// meets the end of the process (<see cref="LetConsumersGoOn"/>), which must not happen where no faults do.
    /// </summary>
    private bool HasRoomForEngine()
    {
        var waiting = _pipeline.EventRing!.Published - _pipeline.PublishedSequence;
        return _disk.IsFaulty && waiting < 24 && _plan.Options.EventRing.SlotCount > 16;
    }

    /// <summary>The engine is at a full ring: others go on, or the process ends here, where a command may be half on disk.</summary>
    private void LetConsumersGoOn()
    {
        SimulationHistory.Require(
            !_isRunning[Journal] || _disk.IsFaulty || _disk.Disk.HasLostPower, "the simulation stands still: the engine waits for the journal, which waits for it");
        if (_isRunning[Journal])
        {
            // A thread would wait for the journal's disk here. The journal stands below on this one, and cannot go on before the engine has: so the process ends.
            _disk.Count("end: at a full ring, in a disk operation");
            _disk.Disk.LosePower();
        }
        else if (_pipeline.Engine.HasPendingWork && _disk.IsFaulty && _random.Chance(_plan.EndInsideCommandPercent))
        {
            Step(Journal);
            _disk.Count("end: between the records of a command");
            _disk.Disk.LosePower();
        }

        if (_disk.Disk.HasLostPower)
        {
            throw new PowerLostException();
        }

        Step(_random.Chance(50) ? Journal : Publisher);
    }

    private void OnFailure(string stage, Exception failure)
    {
        _trace($"{stage} failed: {failure.GetType().Name}: {failure.Message}");
        Failure ??= failure;
        if (failure is SimulationFailure broken)
        {
            _broken ??= broken;
        }
        else if (failure is not (StorageException or PowerLostException or PoisonedCommandException { InnerException: SyntheticFaultException }))
        {
            _broken ??= new SimulationFailure($"{stage} failed for no reason of the simulation: {failure}");
        }
    }
}
