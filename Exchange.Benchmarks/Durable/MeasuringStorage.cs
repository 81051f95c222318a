using System.Diagnostics;
using Exchange.Matching.Ports;

namespace Exchange.Benchmarks.Durable;

/// <summary>One write and sync of the journal thread.</summary>
/// <param name="Bytes">Extent of the group, padding included.</param>
/// <param name="Ticks">Stopwatch ticks from the write's start to the sync's return.</param>
internal readonly record struct GroupSample(int Bytes, long Ticks);

/// <summary>Passes everything to the real storage and notes the size and duration of every group that the journal thread writes.</summary>
internal sealed class MeasuringStorage(IStorage storage, ThreadAllocations allocations) : IStorage
{
    private const string JournalThreadName = "journal";
    private const int MaxSamples = 2_000_000;

    private readonly GroupSample[] _samples = new GroupSample[MaxSamples];
    private int _count;

    /// <summary>Groups written so far; at most as many as are kept. Any thread.</summary>
    public int GroupCount => Volatile.Read(ref _count);

    /// <summary>Returns the groups from the <paramref name="first"/> on, up to but not including <paramref name="end"/>. Any thread.</summary>
    public ReadOnlySpan<GroupSample> Groups(int first, int end) => _samples.AsSpan(first, end - first);

    public IStorageFile Open(string name, bool create, bool syncedWrites = false) =>
        new MeasuringFile(storage.Open(name, create, syncedWrites), this);

    public bool Exists(string name) => storage.Exists(name);

    public IReadOnlyList<string> List(string folder) => storage.List(folder);

    public void Rename(string from, string to) => storage.Rename(from, to);

    public void Delete(string name) => storage.Delete(name);

    public void CreateFolder(string folder) => storage.CreateFolder(folder);

    public void SyncFolder(string folder) => storage.SyncFolder(folder);

    private void Add(GroupSample sample)
    {
        if (_count < MaxSamples)
        {
            _samples[_count] = sample;
            Volatile.Write(ref _count, _count + 1);
        }

        allocations.ReportJournal();
    }

    /// <summary>Segments are prepared by another thread and have their header at offset 0: neither is a group.</summary>
    private sealed class MeasuringFile(IStorageFile file, MeasuringStorage owner) : IStorageFile
    {
        private long _startedAt;
        private int _bytes;

        public long Length => file.Length;

        public int WriteAlignment => file.WriteAlignment;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            _startedAt = Stopwatch.GetTimestamp();
            _bytes = offset == 0 ? 0 : bytes.Length;
            file.Write(bytes, offset);
        }

        public void Sync()
        {
            file.Sync();
            if (_bytes > 0 && Thread.CurrentThread.Name == JournalThreadName)
            {
                owner.Add(new GroupSample(_bytes, Stopwatch.GetTimestamp() - _startedAt));
                _bytes = 0;
            }
        }

        public void Dispose() => file.Dispose();
    }
}
