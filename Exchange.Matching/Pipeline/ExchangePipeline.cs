using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The whole way of a command in one place:
/// <code>
/// 1 recovery     journal ──► engine and views                        (before any thread starts)
/// 2 engine       CommandRing ──► EngineLoop ──► EventRing            thread "engine"
/// 3 journal      EventRing ──► JournalWriter ──► disk                thread "journal", moves the durable sequence
/// 4 publisher    EventRing ──► Publisher ──► views, then callers     thread "publisher", never beyond the durable sequence
/// </code>
/// The first failure of any thread stops all of them: nothing behind the durable sequence is ever told to anyone.
/// </summary>
public sealed class ExchangePipeline<TRisk, TLedger> : IExchangePipeline
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
    private Timer? _watchTimer;
    private StorageException? _toldFullDisk;
    private Exception? _failure;

    /// <exception cref="ArgumentException">The options are invalid; the message says what to write instead.</exception>
    public ExchangePipeline(
        IStorage storage,
        IClock clock,
        TRisk risk,
        TLedger ledger,
        IReadOnlyList<IRecordConsumer> consumers,
        PipelineOptions options,
        PipelineLog log)
    {
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

        _commands = new CommandRing(options.CommandRing);
        _replies = new ReplyTable(options.InFlightCommands, options.ReplyTimeoutMs, clock);
        _gateway = new CommandGateway(_commands, _replies);
        _quarantine = new QuarantineFolder(storage);
    }

    public ICommandGateway Gateway => _gateway;

    public Task Ended => _ended.Task;

    public bool IsAdmitting => _gateway.IsAdmitting;

    public long NowUs => _journalClock?.NowUs ?? _clock.WallUs;

    public long DurableSequence => _durable?.Value ?? 0;

    public long PublishedSequence => _answered?.Value ?? 0;

    public int CommandsInRing => _commands.Occupied;

    public ExchangeMode? Mode => _engine.Mode;

    public JournalEnd Recover(Action<long>? progress)
    {
        var end = Recovery.Run(_storage, _options.Journal.Folder, _engine, _consumers, progress);
        end = JournalTail.Cut(_storage, end, _log.Information);
        _journalClock = new JournalClock(_clock, end.LastTimeUs);
        _events = new EventRing(_options.EventRing, end.NextSequence);
        _durable = new Sequence(end.NextSequence - 1);
        _answered = new Sequence(end.NextSequence - 1);
        _published = _events.NewBarrier();
        _durableBarrier = _events.NewBarrier(_durable);
        _events.AddGatingSequence(_answered);
        _appender = new JournalAppender(_storage, end, epoch: Math.Max(end.Epoch, 1), _options.Journal);
        return end;
    }

    public async Task StartAsync(GenesisCommand genesis)
    {
        if (_events is null)
        {
            throw new InvalidOperationException("recover the pipeline before starting it");
        }

        // Before the threads: one that ends at once closes the gateway, and nothing may open it again.
        _gateway.IsAdmitting = true;
        var loop = new EngineLoop<TRisk, TLedger>(_engine, _commands, _events, _journalClock!, _quarantine, _log.InternalError);
        StartThread("engine", _options.EngineCpu, loop.Run, OnEngineEnd);
        StartThread("journal", _options.JournalCpu, new JournalWriter(_events, _published!, _durable!, _appender!).Run, OnJournalEnd);
        StartThread("publisher", _options.PublisherCpu, new Publisher(_events, _durableBarrier!, _answered!, _consumers, _replies).Run, OnPublisherEnd);
        _watchTimer = new Timer(_ => Watch(), null, WatchMs, WatchMs);

        if (_events.FirstSequence == 1)
        {
            await SubmitAsync(CommandType.Genesis, genesis.ToBytes(), mayBeRefused: false).ConfigureAwait(false);
        }

        foreach (var quarantine in _quarantine.ReadPending())
        {
            var reject = await SubmitAsync(CommandType.Quarantine, quarantine.ToBytes(), mayBeRefused: true).ConfigureAwait(false);
            _quarantine.MarkApplied(quarantine.FailedSequence);
            _log.Information(reject == RejectReason.None
                ? $"quarantine: account {quarantine.AccountId} and symbol {quarantine.SymbolId} are cancel-only after the failure of command {quarantine.FailedSequence}"
                : $"quarantine: nothing is cancel-only after the failure of command {quarantine.FailedSequence}: account {quarantine.AccountId}, symbol {quarantine.SymbolId}: {reject}");
        }
    }

    public async Task StopAsync()
    {
        _gateway.IsAdmitting = false;
        _commands.Alert();
        if (_threads.Count > 0)
        {
            await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Run(() => _threads.ForEach(thread => thread.Join())).ConfigureAwait(false);
        }

        _replies.AbandonAll();
        if (_watchTimer is not null)
        {
            await _watchTimer.DisposeAsync().ConfigureAwait(false);
        }

        _appender?.Dispose();
        _appender = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _engine.Dispose();
    }

    /// <summary>Returns the hash of the whole state; only while no thread runs (after recovery, or after the stop).</summary>
    public ulong ComputeStateHash() => _engine.ComputeStateHash();

    /// <summary>Returns the first fault of the state in words, or null; only while no thread runs.</summary>
    public string? FindInconsistency() => _engine.FindInconsistency();

    private async Task<RejectReason> SubmitAsync(CommandType type, byte[] payload, bool mayBeRefused)
    {
        if (!_gateway.TrySubmit(type, payload, ClaimClass.Reserved, out var pending))
        {
            throw new ExchangeStoppedException();
        }

        using var reply = await pending.ConfigureAwait(false);
        var reject = reply.Reject;
        return reject == RejectReason.None || mayBeRefused
            ? reject
            : throw new InvalidOperationException($"{type} was refused at the start: {reject}");
    }

    private void Watch()
    {
        _replies.AbandonOverdue();

        // Every failed try has its own exception; it is told once until there is room again. Two turns at once may tell it twice.
        var fullDisk = _appender?.NextSegmentError;
        if (fullDisk is null)
        {
            _toldFullDisk = null;
        }
        else if (_toldFullDisk is null)
        {
            _toldFullDisk = fullDisk;
            _log.Information($"journal: no room for the next segment ({fullDisk.Message}): make room before the current one is full, or the exchange ends then");
        }
    }

    private void StartThread(string name, int cpu, Action run, Action onEnd)
    {
        var thread = new Thread(() => RunThread(name, cpu, run, onEnd)) { Name = name, IsBackground = true };
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
        _gateway.IsAdmitting = false;
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
        _replies.AbandonAll();
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
        // At once: what is still taken could only be told that its outcome is unknown.
        _gateway.IsAdmitting = false;
        lock (_failureLock)
        {
            _failure ??= failure;
        }

        _log.Failure(name, failure);
    }
}
