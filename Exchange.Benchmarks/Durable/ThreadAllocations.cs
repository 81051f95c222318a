using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// Managed bytes that each pipeline thread has allocated since it began. Each thread reports its own, once per batch or group, from where
/// the pipeline calls out: the engine when it reads the clock, the journal when it syncs, the publisher when it ends a batch of the views.
/// </summary>
internal sealed class ThreadAllocations
{
    private long _engine;
    private long _journal;
    private long _publisher;

    public long Engine => Volatile.Read(ref _engine);

    public long Journal => Volatile.Read(ref _journal);

    public long Publisher => Volatile.Read(ref _publisher);

    public void ReportJournal() => Volatile.Write(ref _journal, GC.GetAllocatedBytesForCurrentThread());

    /// <summary>The system's clock, which notes what the engine thread has allocated.</summary>
    public IClock NewClock() => new ReportingClock(this);

    /// <summary>A view without content, which notes what the publisher thread has allocated.</summary>
    public IRecordConsumer NewConsumer() => new ReportingConsumer(this);

    private sealed class ReportingClock(ThreadAllocations allocations) : IClock
    {
        private const string EngineThreadName = "engine";

        [ThreadStatic]
        private static string? _threadName;

        public long MonotonicUs
        {
            get
            {
                _threadName ??= Thread.CurrentThread.Name ?? "";
                if (_threadName == EngineThreadName)
                {
                    Volatile.Write(ref allocations._engine, GC.GetAllocatedBytesForCurrentThread());
                }

                return SystemClock.Instance.MonotonicUs;
            }
        }

        public long WallUs => SystemClock.Instance.WallUs;
    }

    private sealed class ReportingConsumer(ThreadAllocations allocations) : IRecordConsumer
    {
        public void BeginBatch()
        {
        }

        public void Apply(in Record record, int replyToken)
        {
        }

        public void EndBatch() => Volatile.Write(ref allocations._publisher, GC.GetAllocatedBytesForCurrentThread());

        public void Save(SnapshotWriter writer) => writer.Write(1);

        public void Load(SnapshotReader reader) => reader.ReadVersion("allocations", 1);
    }
}
