using System.Diagnostics;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Microsoft.Extensions.Logging;

namespace Exchange.Replication.Following;

/// <summary>
/// The thread of one store: steps its <see cref="JournalFollower"/> until told to stop, waits where nothing is to do, backs off where the store
/// fails. No failure of it leaves this thread; a store that cannot be continued ends it. The journal's segments are kept for it by its
/// <see cref="Position"/>.
/// </summary>
internal sealed partial class ReplicatorThread : IJournalFollower, IDisposable
{
    private readonly JournalFollower _follower;
    private readonly IReplicator _replicator;
    private readonly Func<long> _replicableSequence;
    private readonly FollowingOptions _options;
    private readonly ILogger _logger;
    private readonly ManualResetEventSlim _stop = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    private int _state = (int)ReplicatorState.Starting;
    private long _position;
    private long _caughtUpAt = Stopwatch.GetTimestamp();
    private volatile string? _lastError;
    private volatile string? _rebuildReason;

    public ReplicatorThread(
        IReplicator replicator, IStorage storage, Func<long> replicableSequence, FollowingOptions options, ILogger logger)
    {
        _replicator = replicator;
        _replicableSequence = replicableSequence;
        _options = options;
        _logger = logger;
        _follower = new JournalFollower(replicator, storage, replicableSequence, options.BatchUnits);
        _thread = new Thread(Run) { Name = $"replicator-{replicator.Name}", IsBackground = true, Priority = ThreadPriority.BelowNormal };
    }

    public string Name => _replicator.Name;

    public long Position => Volatile.Read(ref _position);

    /// <summary>Completes when the store was opened, or could not be: then <see cref="UsablePosition"/> is known.</summary>
    public Task Opened => _opened.Task;

    /// <summary>The position as far as the store's content belongs to this journal; 0 otherwise. Any thread.</summary>
    public long UsablePosition => State is ReplicatorState.RebuildNeeded ? 0 : Position;

    public ReplicatorStatus Status
    {
        get
        {
            var lag = Math.Max(0, _replicableSequence() - Position);
            var behindUs = lag == 0 ? 0 : (long)Stopwatch.GetElapsedTime(Volatile.Read(ref _caughtUpAt)).TotalMicroseconds;
            return new ReplicatorStatus(
                Name, State, Position, lag, behindUs, _follower.Batches, _follower.Units, _replicator.RoundTrips, _lastError);
        }
    }

    private ReplicatorState State => (ReplicatorState)Volatile.Read(ref _state);

    public void Start() => _thread.Start();

    public void MarkRebuildNeeded(long heldBytes) =>
        _rebuildReason = $"it held back {heldBytes} bytes of journal segments, more than the retention allows";

    /// <summary>It stops behind the batch under way.</summary>
    public void AskToStop() => _stop.Set();

    /// <summary>Stops behind the batch under way and waits for the thread. May be called again.</summary>
    public void Dispose()
    {
        AskToStop();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        var failures = 0;
        while (!_stop.IsSet && State != ReplicatorState.RebuildNeeded)
        {
            var pauseMs = 0;
            try
            {
                pauseMs = Step() ? 0 : _options.PollIntervalMs;
                failures = 0;
            }
            catch (Exception failure) when (failure is RebuildNeededException or InvariantBrokenException)
            {
                _lastError = failure.Message;
                Volatile.Write(ref _state, (int)ReplicatorState.RebuildNeeded);
                RebuildNeeded(Name, failure.Message);
            }
            catch (Exception failure)
            {
                pauseMs = (int)Math.Min(_options.BackOffMaxMs, (long)_options.BackOffMs << Math.Min(failures++, 20));
                BackOff(failure, pauseMs);
            }

            _opened.TrySetResult();
            if (pauseMs > 0)
            {
                _stop.Wait(pauseMs);
            }
        }

        _follower.Dispose();
        if (State != ReplicatorState.RebuildNeeded)
        {
            Volatile.Write(ref _state, (int)ReplicatorState.Stopped);
        }
    }

    private bool Step()
    {
        if (_rebuildReason is { } reason)
        {
            throw new RebuildNeededException(reason);
        }

        _follower.Open();
        Volatile.Write(ref _position, _follower.Position.Sequence);
        _opened.TrySetResult();
        var replicable = _replicableSequence();
        var hasMore = _follower.Step();
        Volatile.Write(ref _position, _follower.Position.Sequence);
        if (_follower.Position.Sequence >= replicable)
        {
            Volatile.Write(ref _caughtUpAt, Stopwatch.GetTimestamp());
        }

        if (State == ReplicatorState.BackingOff)
        {
            Recovered(Name, Position);
        }

        _lastError = null;
        Volatile.Write(ref _state, (int)ReplicatorState.Following);
        return hasMore;
    }

    private void BackOff(Exception failure, int pauseMs)
    {
        // One line for each way to fail, not for each try.
        if (_lastError != failure.Message)
        {
            Failed(failure, Name, failure.Message, pauseMs);
        }

        _lastError = failure.Message;
        Volatile.Write(ref _state, (int)ReplicatorState.BackingOff);
    }

    [LoggerMessage(101, LogLevel.Warning, "Replicator {Replicator} backs off ({Reason}) and tries again in {PauseMs} ms; trading goes on")]
    private partial void Failed(Exception failure, string replicator, string reason, int pauseMs);

    [LoggerMessage(102, LogLevel.Information, "Replicator {Replicator} goes on from sequence {Sequence}")]
    private partial void Recovered(string replicator, long sequence);

    [LoggerMessage(103, LogLevel.Error, "Replicator {Replicator} has ended: {Reason}. Stop the exchange and run 'Exchange.Host rebuild {Replicator}'; trading goes on")]
    private partial void RebuildNeeded(string replicator, string reason);
}
