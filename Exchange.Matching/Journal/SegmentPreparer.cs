using System.Runtime.ExceptionServices;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// Prepares the next segment before it is needed, and the reserve for a full disk before that: temporary files, filled with real zeros and synced
/// step by step, so that a commit never waits for blocks to be allocated and never meets a full disk inside a segment.
/// The journal thread calls; the work itself runs on a thread of its own, or inside the calls where the options say so.
/// <code>
///              both files made                 no space
///  IDLE ◄─────────────────────── PREPARING ──────────────► FULL ─── after a while, or when asked ──► PREPARING
///   └─── a file was taken ──────────▲
/// </code>
/// A full disk is kept as <see cref="SpaceError"/> until both files are there again; every other failure is final, see <see cref="ThrowIfFailed"/>.
/// </summary>
/// <remarks>Why each step is synced: a segment's worth of dirty pages in one sync would stall the journal's own syncs behind it.</remarks>
internal sealed class SegmentPreparer(IStorage storage, JournalOptions options) : IDisposable
{
    private const int StepBytes = 1 << 20;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>How long a full disk is left alone, milliseconds.</summary>
    private const int RetryMs = 250;

    /// <summary>Without a thread a full disk is tried again after 1, 2, 4 … at most this many commits.</summary>
    private const int RetryCommitsMax = 1024;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly ManualResetEventSlim _attempted = new();
    private Thread? _thread;
    private IStorageFile? _next;
    private IStorageFile? _reserve;
    private string? _takenName;
    private Exception? _failure;
    private volatile StorageException? _spaceError;
    private volatile bool _isDisposed;
    private bool _working;
    private int _retryAfterCommits = 1;
    private int _commitsSinceFailure;

    /// <summary>Name of the next segment in preparation, with its folder.</summary>
    public string NextName { get; } = $"{options.Folder}/next{JournalFormat.TemporarySuffix}";

    /// <summary>Name of the reserve, with its folder.</summary>
    public string ReserveName { get; } = $"{options.Folder}/reserve{JournalFormat.TemporarySuffix}";

    /// <summary>The full disk that keeps the next segment or the reserve from being made; null when there is none. Any thread.</summary>
    public StorageException? SpaceError => _spaceError;

    /// <summary>Whether the reserve is there to be taken. Any thread.</summary>
    public bool HasReserve
    {
        get
        {
            lock (_lock)
            {
                return _reserve is not null;
            }
        }
    }

    /// <summary>Starts the preparation unless it is under way or nothing is missing.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_working || _failure is not null || IsComplete)
            {
                return;
            }

            _working = true;
        }

        if (!options.PrepareInBackground)
        {
            Attempt();
            return;
        }

        _thread?.Join();
        _thread = new Thread(Work) { IsBackground = true, Name = "journal-prepare" };
        _thread.Start();
    }

    /// <summary>Called once per commit: starts a first preparation at once and, where no thread does it, a further one when a failed one is due again.</summary>
    public void OnCommit()
    {
        if (!options.PrepareInBackground && _spaceError is not null && ++_commitsSinceFailure < _retryAfterCommits)
        {
            return;
        }

        _commitsSinceFailure = 0;
        _retryAfterCommits = _spaceError is null ? 1 : Math.Min(_retryAfterCommits * 2, RetryCommitsMax);
        Start();
    }

    /// <summary>Throws what ended the preparation for good.</summary>
    public void ThrowIfFailed()
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                ExceptionDispatchInfo.Throw(_failure);
            }
        }
    }

    /// <summary>
    /// Returns a prepared file, still under its temporary name <paramref name="name"/>: the next segment, or the reserve when the disk is full.
    /// Waits for a preparation under way; with neither to be had it is tried once more. Nothing is made under that name before
    /// <see cref="ConfirmRenamed"/>.
    /// </summary>
    /// <exception cref="StorageException">There is no segment to be had.</exception>
    public IStorageFile Take(out string name)
    {
        for (var triesLeft = 1; ; triesLeft--)
        {
            _attempted.Reset();
            ThrowIfFailed();
            if (TryTake(out name) is { } file)
            {
                _retryAfterCommits = 1;
                return file;
            }

            if (_spaceError is { } full && triesLeft < 1)
            {
                ExceptionDispatchInfo.Throw(full);
            }

            Start();
            _wake.Set();
            if (options.PrepareInBackground)
            {
                _attempted.Wait();
            }
        }
    }

    /// <summary>The file taken last has another name now.</summary>
    public void ConfirmRenamed()
    {
        lock (_lock)
        {
            _takenName = null;
        }

        _wake.Set();
    }

    /// <summary>Waits for a preparation under way. The temporary files stay; the next open removes them.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _wake.Set();
        _thread?.Join();
        _next?.Dispose();
        _reserve?.Dispose();
        _next = null;
        _reserve = null;
    }

    private bool IsComplete => _next is not null && (_reserve is not null || options.ReserveBytes == 0);

    private IStorageFile? TryTake(out string name)
    {
        lock (_lock)
        {
            var takesReserve = _next is null && _spaceError is not null;
            name = takesReserve ? ReserveName : NextName;
            ref var file = ref takesReserve ? ref _reserve : ref _next;
            var taken = file;
            file = null;
            _takenName = taken is null ? null : name;
            return taken;
        }
    }

    /// <summary>The preparing thread: goes on until everything is there, something fails for good, or the journal is closed.</summary>
    private void Work()
    {
        while (!Attempt() && !_isDisposed)
        {
            _wake.WaitOne(RetryMs);
        }
    }

    /// <summary>Makes what is missing; false when it must be tried again.</summary>
    private bool Attempt()
    {
        var isDone = true;
        Exception? failure = null;
        try
        {
            MakeMissing();
            lock (_lock)
            {
                // Full until both are there: the next moment might need either.
                _spaceError = IsComplete ? null : _spaceError;
            }
        }
        catch (StorageException error) when (error.Errno is NoSpace or QuotaExceeded)
        {
            _spaceError = error;
            isDone = !options.PrepareInBackground;
        }
        catch (Exception error)
        {
            // Why no longer full: the next commit must end the process, and on a full disk no order is taken that would be committed.
            _spaceError = null;
            failure = error;
        }

        lock (_lock)
        {
            _failure = failure;

            // Whoever took a file meanwhile relied on this thread to make it anew.
            isDone &= failure is not null || IsComplete || !options.PrepareInBackground;
            _working = !isDone && !_isDisposed;
        }

        _attempted.Set();
        return isDone;
    }

    /// <summary>The reserve first: it is what cancels need when the disk is full.</summary>
    private void MakeMissing()
    {
        if (options.ReserveBytes > 0 && IsMissing(ref _reserve, ReserveName))
        {
            Keep(ref _reserve, Make(ReserveName, options.ReserveBytes));
        }

        if (IsMissing(ref _next, NextName))
        {
            Keep(ref _next, Make(NextName, options.SegmentBytes));
        }
    }

    private bool IsMissing(ref IStorageFile? file, string name)
    {
        lock (_lock)
        {
            return file is null && _takenName != name;
        }
    }

    private void Keep(ref IStorageFile? file, IStorageFile made)
    {
        lock (_lock)
        {
            file = made;
        }
    }

    private IStorageFile Make(string name, long length)
    {
        Delete(name);
        if (storage.FreeBytes < length)
        {
            throw new StorageException("prepare", name, NoSpace);
        }

        var file = storage.Open(name, create: true, syncedWrites: true);
        try
        {
            Fill(file, length);
            storage.SyncFolder(options.Folder);
            return file;
        }
        catch (StorageException error) when (error.Errno is NoSpace or QuotaExceeded)
        {
            file.Dispose();
            Delete(name);
            throw;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Fill(IStorageFile file, long length)
    {
        using var zeros = new AlignedBuffer(StepBytes);
        zeros.Span.Clear();
        for (long offset = 0; offset < length; offset += StepBytes)
        {
            var step = (int)Math.Min(StepBytes, length - offset);
            file.Write(zeros.Span[..step], offset);
            file.Sync();
        }
    }

    private void Delete(string name)
    {
        if (storage.Exists(name))
        {
            storage.Delete(name);
        }
    }
}
