using System.Runtime.ExceptionServices;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// Prepares the next segment before it is needed: a temporary file, filled with real zeros and synced step by step, so that a commit never
/// waits for blocks to be allocated and never meets a full disk inside a segment.
/// All members belong to the journal thread; the work itself runs on a thread of its own, or inside <see cref="Start"/> when asked.
/// </summary>
/// <remarks>
/// Why each step is synced: a segment's worth of dirty pages in one sync would stall the journal's own syncs behind it.
/// A full disk is kept as <see cref="SpaceError"/> and tried again; every other failure is thrown by <see cref="ThrowIfFailed"/>.
/// </remarks>
internal sealed class SegmentPreparer(IStorage storage, JournalOptions options) : IDisposable
{
    private const int StepBytes = 1 << 20;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>A full disk is tried again after 1, 2, 4 … at most this many commits.</summary>
    private const int RetryCommitsMax = 1024;

    private Thread? _thread;
    private IStorageFile? _file;
    private Exception? _failure;
    private volatile StorageException? _spaceError;
    private volatile bool _working;
    private int _retryAfterCommits = 1;
    private int _commitsSinceFailure;

    /// <summary>Name of the file in preparation, with its folder.</summary>
    public string TemporaryName { get; } = $"{options.Folder}/next{JournalFormat.TemporarySuffix}";

    /// <summary>The full disk that the last preparation met; null when there is none. Any thread.</summary>
    public StorageException? SpaceError => _spaceError;

    /// <summary>Starts the preparation unless it is under way or done.</summary>
    public void Start()
    {
        if (_working || _file is not null)
        {
            return;
        }

        if (!options.PrepareInBackground)
        {
            Prepare();
            return;
        }

        _working = true;
        _thread = new Thread(Prepare) { IsBackground = true, Name = "journal-prepare" };
        _thread.Start();
    }

    /// <summary>Called once per commit: starts a first preparation at once and a further one when a failed one is due again.</summary>
    public void OnCommit()
    {
        if (_working || _file is not null)
        {
            return;
        }

        if (_spaceError is not null && ++_commitsSinceFailure < _retryAfterCommits)
        {
            return;
        }

        _commitsSinceFailure = 0;
        _retryAfterCommits = _spaceError is null ? 1 : Math.Min(_retryAfterCommits * 2, RetryCommitsMax);
        Start();
    }

    /// <summary>Throws what ended the last preparation, unless that was a full disk.</summary>
    public void ThrowIfFailed()
    {
        if (!_working && _failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <summary>Returns the prepared file, still under its temporary name; waits for a preparation under way, tries a failed one once more.</summary>
    /// <exception cref="StorageException">There is no segment to be had.</exception>
    public IStorageFile Take()
    {
        _thread?.Join();
        ThrowIfFailed();
        if (_file is null)
        {
            Prepare();
            ThrowIfFailed();
        }

        var file = _file;
        if (file is null)
        {
            ExceptionDispatchInfo.Throw(_spaceError!);
        }

        _file = null;
        _retryAfterCommits = 1;
        return file;
    }

    /// <summary>Waits for a preparation under way. The temporary file stays; the next open removes it.</summary>
    public void Dispose()
    {
        _thread?.Join();
        _file?.Dispose();
        _file = null;
    }

    private void Prepare()
    {
        IStorageFile? file = null;
        try
        {
            DeleteLeftover();
            file = storage.Open(TemporaryName, create: true, syncedWrites: true);
            Fill(file);
            storage.SyncFolder(options.Folder);
            _spaceError = null;
            _file = file;
        }
        catch (StorageException error) when (error.Errno is NoSpace or QuotaExceeded)
        {
            file?.Dispose();
            _spaceError = error;
            GiveSpaceBack();
        }
        catch (Exception error)
        {
            file?.Dispose();
            _failure = error;
        }
        finally
        {
            _working = false;
        }
    }

    private void Fill(IStorageFile file)
    {
        using var zeros = new AlignedBuffer(StepBytes);
        zeros.Span.Clear();
        for (long offset = 0; offset < options.SegmentBytes; offset += StepBytes)
        {
            var length = (int)Math.Min(StepBytes, options.SegmentBytes - offset);
            file.Write(zeros.Span[..length], offset);
            file.Sync();
        }
    }

    private void GiveSpaceBack()
    {
        try
        {
            DeleteLeftover();
        }
        catch (StorageException error)
        {
            _failure = error;
        }
    }

    private void DeleteLeftover()
    {
        if (storage.Exists(TemporaryName))
        {
            storage.Delete(TemporaryName);
        }
    }
}
