using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>
/// Another storage behind one lock, so that the threads of a pipeline may share a <see cref="FaultyDisk"/>, and a witness of what is
/// really durable: it reads the groups that pass by, and believes a sequence only when the sync behind its write has returned.
/// </summary>
internal sealed class WatchedStorage(IStorage inner) : IStorage
{
    private readonly Lock _gate = new();
    private long _syncedSequence;

    /// <summary>Last sequence whose group was written and then synced. Any thread.</summary>
    public long SyncedSequence => Volatile.Read(ref _syncedSequence);

    /// <summary>Called in front of every sync of a segment, outside the lock; it may block or throw.</summary>
    public Action? BeforeJournalSync { get; set; }

    /// <summary>Runs an action on the inner storage while nobody else is in it.</summary>
    public void Locked(Action action)
    {
        lock (_gate)
        {
            action();
        }
    }

    public IStorageFile Open(string name, bool create, bool syncedWrites = false)
    {
        lock (_gate)
        {
            return new WatchedFile(this, inner.Open(name, create, syncedWrites));
        }
    }

    public bool Exists(string name)
    {
        lock (_gate)
        {
            return inner.Exists(name);
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            return inner.List(folder);
        }
    }

    public void Rename(string from, string to) => Locked(() => inner.Rename(from, to));

    public void Delete(string name) => Locked(() => inner.Delete(name));

    public void CreateFolder(string folder) => Locked(() => inner.CreateFolder(folder));

    public void SyncFolder(string folder) => Locked(() => inner.SyncFolder(folder));

    private sealed class WatchedFile(WatchedStorage owner, IStorageFile file) : IStorageFile
    {
        private long _writtenSequence;

        public long Length
        {
            get
            {
                lock (owner._gate)
                {
                    return file.Length;
                }
            }
        }

        public int WriteAlignment => file.WriteAlignment;

        public int Read(Span<byte> buffer, long offset)
        {
            lock (owner._gate)
            {
                return file.Read(buffer, offset);
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (owner._gate)
            {
                file.Write(bytes, offset);
            }

            if (bytes.Length >= JournalFormat.GroupHeaderSize && GroupHeader.Verifies(bytes))
            {
                _writtenSequence = GroupHeader.Read(bytes).LastSequence;
            }
        }

        public void Sync()
        {
            if (_writtenSequence > 0)
            {
                owner.BeforeJournalSync?.Invoke();
            }

            lock (owner._gate)
            {
                file.Sync();
            }

            if (_writtenSequence > 0)
            {
                Volatile.Write(ref owner._syncedSequence, _writtenSequence);
            }
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                file.Dispose();
            }
        }
    }
}
