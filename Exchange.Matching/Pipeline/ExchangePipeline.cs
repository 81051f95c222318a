using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The whole way of a command in one place:
/// <code>
/// 1 recovery     journal ──► engine and views                        (before any other thread starts)
/// 2 engine       CommandRing ──► EngineLoop ──► EventRing            thread "engine"
/// 3 journal      EventRing ──► JournalWriter ──► disk                thread "journal", moves the durable sequence
/// 4 publisher    EventRing ──► Publisher ──► views, then callers     thread "publisher", never beyond the durable sequence
/// </code>
/// The first failure of any thread stops all of them: nothing behind the durable sequence is ever told to anyone.
/// </summary>
public sealed partial class ExchangePipeline<TRisk, TLedger> : IExchangePipeline
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    /// <summary>How often the timer looks for callers who have waited too long, and for a full disk.</summary>
    private const int WatchMs = 250;

    private readonly IStorage _storage;
    private readonly IClock _clock;
    private readonly PipelineOptions _options;
    private readonly IReadOnlyList<IRecordConsumer> _consumers;
    private readonly PipelineLog _log;
    private readonly MatchingEngine<TRisk, TLedger> _engine;
    private readonly CommandRing _commands;
    private readonly ReplyTable _replies;
    private readonly CommandGateway _gateway;
    private readonly QuarantineFolder _quarantine;
    private readonly List<Thread> _threads = [];
    private readonly Lock _failureLock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EventRing? _events;
    private SequenceBarrier? _published;
    private SequenceBarrier? _durableBarrier;
    private Sequence? _durable;
    private Sequence? _answered;
    private JournalClock? _journalClock;
    private JournalAppender? _appender;
    private Housekeeper? _housekeeper;
    private readonly PipelineSurroundings<TRisk, TLedger> _surroundings;
    private Timer? _watchTimer;
    private StorageException? _toldFullDisk;
    private Exception? _failure;

    /// <exception cref="ArgumentException">The options are invalid; the message says what to write instead. Or the views for snapshots are others: a bug.</exception>
    public ExchangePipeline(
        IStorage storage,
        IClock clock,
        TRisk risk,
        TLedger ledger,
        IReadOnlyList<IRecordConsumer> consumers,
        PipelineOptions options,
        PipelineLog log,
        PipelineSurroundings<TRisk, TLedger>? surroundings = null)
    {
        _surroundings = surroundings ?? new PipelineSurroundings<TRisk, TLedger>();
        _storage = storage;
        _clock = clock;
        _options = options;
        _consumers = consumers;
        _log = log;
        _engine = new MatchingEngine<TRisk, TLedger>(risk, ledger);
        if (options.Validate(_engine.MaxRecordLength) is { } error)
        {
            throw new ArgumentException(error, nameof(options));
        }

        CheckSurroundings(consumers);
        _commands = new CommandRing(options.CommandRing);
        _replies = new ReplyTable(options.InFlightCommands, options.ReplyTimeoutMs, clock, options.IsStepped);
        _gateway = new CommandGateway(_commands, _replies);
        _quarantine = new QuarantineFolder(storage);
    }

    public ICommandGateway Gateway => _gateway;

    public Task Ended => _ended.Task;

    public bool IsAdmitting => _gateway.IsAdmitting;

    public long NowUs => _journalClock?.NowUs ?? _clock.WallUs;

    public long ExecutedSequence => _events?.Published ?? 0;

    public long DurableSequence => _durable?.Value ?? 0;

    public long PublishedSequence => _answered?.Value ?? 0;

    public int CommandsInRing => _commands.Occupied;

    public JournalRoom Room => _appender?.Room ?? JournalRoom.Normal;

    public HousekeepingStatus Housekeeping => _housekeeper?.Status ?? new HousekeepingStatus(0, 0, null, []);

    public ExchangeMode? Mode => _engine.Mode;

    /// <summary>The rings themselves, for measurements.</summary>
    internal CommandRing CommandRing => _commands;

    internal EventRing? EventRing => _events;

    public JournalEnd Recover(Action<long>? progress)
    {
        var startedUs = _clock.MonotonicUs;
        var probe = _surroundings.NewParts is { } newParts ? new SnapshotProbe<TRisk, TLedger>(newParts, _options.Journal.BuildId) : null;
        var recovered = Recovery.Run(_storage, _options.Journal.Folder, _engine, _consumers, probe, _log.Information, progress, _options.IsStepped);
        var replayedUs = _clock.MonotonicUs - startedUs;
        var end = recovered.End;
        if (_options.Validate(_engine.MaxRecordLength) is { } error)
        {
            throw new InvalidOperationException($"this journal allows {_engine.MaxRecordLength} bytes in a record: {error}");
        }

        end = JournalTail.Cut(_storage, end, _log.Information);
        _journalClock = new JournalClock(_clock, end.LastTimeUs);
        _events = new EventRing(_options.EventRing, end.NextSequence);
        _durable = new Sequence(end.NextSequence - 1);
        _answered = new Sequence(end.NextSequence - 1);
        _published = _events.NewBarrier();
        _durableBarrier = _events.NewBarrier(_durable);
        Planted.Let(PlantedBug.PublishedBeyondDurable, ref _durableBarrier, _events.NewBarrier());
        var slowest = _answered;
        Planted.Let(PlantedBug.RingOverrun, ref slowest, _durable);
        _events.AddGatingSequence(slowest);
        _appender = new JournalAppender(_storage, end, epoch: Math.Max(end.Epoch, _options.EpochMin), _options.Journal);
        _gateway.Journal = _appender;
        _housekeeper = NewHousekeeper(_appender);
        _housekeeper.OnReplayed(recovered.ReplayedRecords, replayedUs);
        return end;
    }

    public async Task StartAsync(GenesisCommand genesis)
    {
        if (_events is null)
        {
            throw new InvalidOperationException("recover the pipeline before starting it");
        }

        CheckStart(genesis, isNew: _events.FirstSequence == 1);
        var pendingQuarantines = _quarantine.ReadPending();
        Planted.Let(PlantedBug.QuarantineIgnored, ref pendingQuarantines, []);
        var loop = new EngineLoop<TRisk, TLedger>(_engine, _commands, _events, _journalClock!, _quarantine, pendingQuarantines, _log.InternalError);
        Start("engine", _options.EngineCpu, loop, OnEngineEnd);
        Start("journal", _options.JournalCpu, new JournalWriter(_events, _published!, _durable!, _appender!, _clock, _log.GroupSynced), OnJournalEnd);
        Start("publisher", _options.PublisherCpu, new Publisher(_events, _durableBarrier!, _answered!, _consumers, _replies), OnPublisherEnd);
        if (!_options.IsStepped)
        {
            _watchTimer = new Timer(_ => Watch(), null, WatchMs, WatchMs);
        }

        // Why nobody else is admitted yet: genesis is the first command of all, and a client that repeats the command which broke the
        // engine must find its account restricted.
        if (_events.FirstSequence == 1 && await SubmitAtStartAsync(CommandType.Genesis, genesis.ToBytes()).ConfigureAwait(false) is var refusal and not RejectReason.None)
        {
            throw new InvalidOperationException($"genesis was refused: {refusal}");
        }

        foreach (var quarantine in pendingQuarantines)
        {
            var reason = await SubmitAtStartAsync(CommandType.Quarantine, quarantine.ToBytes()).ConfigureAwait(false);
            _quarantine.MarkApplied(quarantine.FailedSequence);
            _log.Information(reason == RejectReason.None
                ? $"quarantine: account {quarantine.AccountId} and symbol {quarantine.SymbolId} are cancel-only after the failure of command {quarantine.FailedSequence}"
                : $"quarantine: nothing was restricted after the failure of command {quarantine.FailedSequence}: account {quarantine.AccountId}, symbol {quarantine.SymbolId}: {reason}");
        }

        _gateway.Open();
        if (!_options.IsStepped)
        {
            _housekeeper!.Start();
        }
    }

    public async Task StopAsync()
    {
        _gateway.Close();
        _commands.Alert();
        if (_threads.Count + _steppedStages.Count > 0)
        {
            await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Run(() => _threads.ForEach(thread => thread.Join())).ConfigureAwait(false);
        }

        _replies.Close();
        if (_watchTimer is not null)
        {
            await _watchTimer.DisposeAsync().ConfigureAwait(false);
        }

        _housekeeper?.Dispose();
        _housekeeper = null;
        _appender?.Dispose();
        _appender = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _engine.Dispose();
    }

    /// <summary>Why at once: a snapshot of other views would be refused by the start that needs it.</summary>
    private void CheckSurroundings(IReadOnlyList<IRecordConsumer> consumers)
    {
        if (_surroundings.NewParts?.Invoke() is { } parts
            && !parts.Consumers.Select(consumer => consumer.GetType()).SequenceEqual(consumers.Select(consumer => consumer.GetType())))
        {
            throw new ArgumentException(
                $"the views for snapshots ({string.Join(", ", parts.Consumers.Select(consumer => consumer.GetType().Name))}) "
                + $"are not those of the pipeline ({string.Join(", ", consumers.Select(consumer => consumer.GetType().Name))})",
                nameof(consumers));
        }
    }

    private Housekeeper NewHousekeeper(JournalAppender appender)
    {
        var store = new SnapshotStore(_storage);
        var archive = _surroundings.Archive is { } place ? new JournalArchive(_storage, place) : null;
        var retention = new SegmentRetention(
            _storage, _options.Journal.Folder, _options.Retention, _surroundings.Followers, archive, _log.Information);
        Func<long, CancellationToken, SnapshotTaken>? take = _surroundings.NewParts is { } newParts
            ? new Snapshotter<TRisk, TLedger>(_storage, _options, store, newParts, _clock, _log.Information).Take
            : null;
        return new Housekeeper(_storage, _options, appender, store, retention, archive, take, _log.Information);
    }

    /// <summary>Returns the hash of the whole state; only while no thread runs (after recovery, or after the stop).</summary>
    public ulong ComputeStateHash() => _engine.ComputeStateHash();

    /// <summary>Returns the first fault of the state in words, or null; only while no thread runs.</summary>
    public string? FindInconsistency() => _engine.FindInconsistency();

    /// <summary>Checks, before any thread starts, what a refused or endless start would otherwise leave in the journal for good.</summary>
    private void CheckStart(GenesisCommand genesis, bool isNew)
    {
        if (!isNew)
        {
            return;
        }

        if (GenesisCommand.Read(genesis.ToBytes()) is null || genesis.LogicVersion > GenesisCommand.CurrentLogicVersion)
        {
            throw new ArgumentException($"genesis {genesis}: a number is out of range", nameof(genesis));
        }

        if (_options.Validate(RecordLimits.MaxRecordLength(genesis.WorkLimit)) is { } error)
        {
            throw new ArgumentException(error, nameof(genesis));
        }
    }

    private async Task<RejectReason> SubmitAtStartAsync(CommandType type, byte[] payload)
    {
        if (!_gateway.TrySubmitAtStart(type, payload, out var pending))
        {
            throw new ExchangeStoppedException();
        }

        using var reply = await pending.ConfigureAwait(false);
        return reply.Reject;
    }

    /// <summary>Looks for callers who have waited too long, and for a full disk; the timer's.</summary>
    internal void Watch()
    {
        _replies.AbandonOverdue();

        // Every failed try has its own exception; it is told once until there is room again. Two turns at once may tell it twice.
        var fullDisk = _appender?.NextSegmentError;
        if (fullDisk is null)
        {
            if (_toldFullDisk is not null)
            {
                _toldFullDisk = null;
                _log.Information("journal: there is room again: orders are taken");
            }
        }
        else if (_toldFullDisk is null)
        {
            _toldFullDisk = fullDisk;
            _log.Information($"journal: no room for the next segment ({fullDisk.Message}): new orders are refused until there is; "
                + (_options.Journal.ReserveBytes > 0 ? "cancels are taken until half of the reserve is used" : "make room before the current one is full, or the exchange ends then"));
        }
    }

    private void Start(string name, int cpu, IPipelineStage stage, Action onEnd)
    {
        if (_options.IsStepped)
        {
            _steppedStages.Add(new SteppedStage(name, stage, onEnd));
            return;
        }

        var thread = new Thread(() => RunThread(name, cpu, stage.Run, onEnd)) { Name = name, IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void RunThread(string name, int cpu, Action run, Action onEnd)
    {
        try
        {
            ThreadAffinity.PinCurrentThread(cpu);
            run();
        }
        catch (Exception failure)
        {
            Fail(name, failure);
        }
        finally
        {
            onEnd();
        }
    }

    // The threads end one after another, each when the one before it has ended and left nothing to do.
    private void OnEngineEnd()
    {
        _gateway.Close();
        _published!.Alert();
    }

    private void OnJournalEnd()
    {
        _events!.Alert();
        _commands.Alert();
        _durableBarrier!.Alert();
    }

    private void OnPublisherEnd()
    {
        _events!.Alert();
        _commands.Alert();
        _replies.Close();
        Exception? failure;
        lock (_failureLock)
        {
            failure = _failure;
        }

        if (failure is null)
        {
            _ended.TrySetResult();
        }
        else
        {
            _ended.TrySetException(failure);
        }
    }

    private void Fail(string name, Exception failure)
    {
        _gateway.Close();
        lock (_failureLock)
        {
            _failure ??= failure;
        }

        _log.Failure(name, failure);
    }
}
