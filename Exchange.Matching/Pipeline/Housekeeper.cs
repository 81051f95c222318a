using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Looks after the data directory beside the trading: takes snapshots when the replay behind the last one grows too long, archives them and closed
/// segments, deletes what nobody needs. Never in the way of an order: it touches closed segments only, on a thread that lets all others go
/// first, and its failures are told, not fatal: trading goes on, a start takes longer, the disk fills.
/// <code>
/// segment closed ──► due? ──► Snapshotter ──► older snapshots deleted ──► both archived ──► segments deleted
/// </code>
/// Two snapshots are kept: the newest, and the one that it was made from.
/// </summary>
internal sealed class Housekeeper(
    IStorage storage,
    PipelineOptions options,
    JournalAppender appender,
    SnapshotStore store,
    SegmentRetention retention,
    JournalArchive? archive,
    Func<long, CancellationToken, SnapshotTaken>? takeSnapshot,
    Action<string> log) : IDisposable
{
    /// <summary>Milliseconds between two looks.</summary>
    private const int LookMs = 250;

    /// <summary>Looks after which followers are asked again, though no segment was closed.</summary>
    private const int LooksBetweenRetentions = 20;

    /// <summary>Looks that a failure is left alone.</summary>
    private const int LooksAfterFailure = 120;

    /// <summary>Nanoseconds that a record's replay is assumed to take before it was measured.</summary>
    private const int AssumedReplayNs = 1_000;

    /// <summary>Fewer replayed records say nothing about the speed.</summary>
    private const int RecordsToMeasure = 100_000;

    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private List<ClosedSegment> _closed = [];
    private long _openFirstSequence;
    private long _replayNs = options.Snapshot.ReplayNsPerRecord > 0 ? options.Snapshot.ReplayNsPerRecord : AssumedReplayNs;
    private int _looksToSkip;
    private int _looksToRetention;
    private bool _takesSnapshots = takeSnapshot is not null;
    private string? _problem;
    private volatile HousekeepingStatus _status = new(store.List().FirstOrDefault(), 0, null, []);

    /// <summary>How it stands. Any thread.</summary>
    public HousekeepingStatus Status => _status;

    /// <summary>Takes note of how fast this machine replays.</summary>
    /// <param name="micros">Processor time, or time on a machine that did nothing else.</param>
    public void OnReplayed(long records, long micros)
    {
        if (options.Snapshot.ReplayNsPerRecord == 0 && records >= RecordsToMeasure && micros > 0)
        {
            _replayNs = Math.Max(1, micros * 1_000 / records);
        }
    }

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "housekeeping" };
        _thread.Start();
    }

    /// <summary>Ends what is under way and waits for it.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    /// <summary>Looks once, and does what is due; the thread's, or a simulation's.</summary>
    public void Look()
    {
        if (_looksToSkip > 0)
        {
            _looksToSkip--;
            return;
        }

        try
        {
            Work();
            Tell(null);
        }
        catch (Exception failure) when (failure
            is StorageException or JournalDamagedException or SnapshotDamagedException or ReplayMismatchException or InvalidDataException
                or ArchiveException)
        {
            // Why it is not tried again: the second engine would come to the same result, and each time at the cost of a whole replay.
            _takesSnapshots &= failure is not (ReplayMismatchException or JournalDamagedException or SnapshotDamagedException);
            _looksToSkip = LooksAfterFailure;
            Tell((_takesSnapshots ? "housekeeping: " : "housekeeping: no snapshot is taken until the next start: ") + failure.Message);
        }
    }

    private void Run()
    {
        ThreadTime.YieldToAllOthers();
        try
        {
            while (!_stop.Token.WaitHandle.WaitOne(LookMs))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The exchange stops; what was under way is made anew after the next start.
        }
        catch (Exception bug)
        {
            Tell($"housekeeping ended until the next start, no snapshot is taken and no segment deleted: {bug}");
        }
    }

    private void Work()
    {
        var open = appender.SegmentFirstSequence;
        if (open == 0)
        {
            return;
        }

        var hasNews = open != _openFirstSequence;
        if (hasNews)
        {
            _closed = ClosedSegments.List(storage, options.Journal.Folder, open);
        }

        if (_takesSnapshots && IsDue(open - 1))
        {
            Take(open - 1);
            hasNews = true;
        }

        if (hasNews || --_looksToRetention <= 0)
        {
            _looksToRetention = LooksBetweenRetentions;
            Retain(open);
        }

        _openFirstSequence = open;
    }

    private bool IsDue(long closedTo)
    {
        var last = _status.SnapshotSequence;
        if (closedTo <= last)
        {
            return false;
        }

        if ((appender.DurableSequence - last) * _replayNs / 1_000_000 >= options.Snapshot.ReplayMsMax)
        {
            return true;
        }

        long bytes = 0;
        foreach (var segment in _closed)
        {
            bytes += segment.LastSequence > last ? ClosedSegments.LengthOf(storage, $"{options.Journal.Folder}/{segment.File}") : 0;
        }

        return bytes >= options.Snapshot.JournalBytesMax;
    }

    private void Take(long sequence)
    {
        var taken = takeSnapshot!(sequence, _stop.Token);
        _status = _status with { SnapshotSequence = sequence, SnapshotBytes = taken.Bytes };
        OnReplayed(taken.ReplayedRecords, taken.ReplayCpuUs);
        log($"snapshot taken behind sequence {sequence}: {taken.Bytes} bytes, {taken.ReplayedRecords} records replayed in {taken.ReplayCpuUs / 1_000} ms of processor time");
        foreach (var older in store.List())
        {
            if (older != sequence && older != taken.BaseSequence)
            {
                store.Delete(older);
                archive?.Forget(store.NameOf(older));
            }
        }
    }

    private void Retain(long open)
    {
        var kept = store.List();
        try
        {
            var neededFrom = kept.Count >= 2 ? kept[1] + 1 : 1;
            Planted.Let(PlantedBug.SegmentDeletedTooEarly, ref neededFrom, kept.Count > 0 ? kept[0] + 1 : 1);
            retention.Run(_closed, neededFrom);
            kept.ForEach(sequence => archive?.Archive(store.NameOf(sequence)));
        }
        finally
        {
            _closed = ClosedSegments.List(storage, options.Journal.Folder, open);
            _status = _status with { RebuildNeeded = retention.RebuildNeeded };
        }
    }

    /// <summary>A problem is told once; while it lasts it shows in the status.</summary>
    private void Tell(string? problem)
    {
        // What keeps snapshots from being taken lasts until the next start.
        if (problem is null && !_takesSnapshots && takeSnapshot is not null)
        {
            return;
        }

        if (problem is not null && problem != _problem)
        {
            log(problem);
        }

        _problem = problem;
        _status = _status with { Problem = problem };
    }
}

/// <summary>How the data directory stands.</summary>
/// <param name="SnapshotSequence">A start loads the state behind this sequence; 0: it replays the whole journal.</param>
/// <param name="SnapshotBytes">Of the last snapshot taken by this process; 0 before the first.</param>
/// <param name="Problem">What keeps it from its work, in words; null when nothing does.</param>
/// <param name="RebuildNeeded">Followers that fell too far behind; their segments are no longer kept.</param>
public sealed record HousekeepingStatus(long SnapshotSequence, long SnapshotBytes, string? Problem, IReadOnlyList<string> RebuildNeeded);
