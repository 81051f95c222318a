using Exchange.Accounts;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Risk;
using NUnit.Framework;

namespace Exchange.Tests.Support;

/// <summary>
/// One life of a data directory: recovered, written on from a stream, looked after by the real housekeeping, without threads. Segments are closed
/// after 1,000 records, and each closed one makes a snapshot due.
/// </summary>
internal sealed class HousekeptJournal : IDisposable
{
    private readonly StreamJournal _stream;
    private readonly JournalAppender _appender;
    private readonly Housekeeper _housekeeper;
    private readonly Random _random;

    public HousekeptJournal(
        StreamJournal stream, FaultyDisk disk, int seed = 1, JournalFollowers? followers = null, IArchive? archive = null, PipelineOptions? options = null,
        string? buildId = null)
    {
        _stream = stream;
        _random = new Random(seed);
        options ??= Options;
        Recovered = new BareExchange();
        var end = Recovered.Recover(disk, buildId: buildId);
        _appender = new JournalAppender(disk, JournalTail.Cut(disk, end, Log.Add), epoch: Math.Max(end.Epoch, 1), options.Journal);
        var store = new SnapshotStore(disk);
        var toArchive = archive is null ? null : new JournalArchive(disk, archive);
        var retention = new SegmentRetention(disk, "journal", options.Retention, followers ?? new JournalFollowers(), toArchive, Log.Add);
        var snapshotter = new Snapshotter<RiskPort, LedgerPort>(disk, options, store, BareExchange.NewParts, new ManualClock(), Log.Add);
        _housekeeper = new Housekeeper(disk, options, _appender, store, retention, toArchive, snapshotter.Take, Log.Add);
        Assert.That(Recovered.Engine.ComputeStateHash(), Is.EqualTo(stream.HashBehind(Sequence)), $"recovered to {Sequence}");
    }

    public static PipelineOptions Options { get; } = new()
    {
        Journal = JournalFixture.Options with { SegmentRecords = 1_000 },
        Snapshot = new SnapshotOptions { ReplayMsMax = 100, ReplayNsPerRecord = 100_000, WriteBytesPerSecond = 0 },
        Retention = new RetentionOptions { DeletesSegments = true },
    };

    /// <summary>The exchange as the recovery left it.</summary>
    public BareExchange Recovered { get; }

    public List<string> Log { get; } = [];

    /// <summary>Last durable sequence.</summary>
    public long Sequence => _appender.DurableSequence;

    public HousekeepingStatus Status => _housekeeper.Status;

    /// <summary>Appends so many records more.</summary>
    public void Write(int records) => _stream.Write(_appender, _random, (int)Sequence, (int)Sequence + records);

    /// <summary>Lets the housekeeping do what is due.</summary>
    public void Look() => _housekeeper.Look();

    /// <summary>Writes up to a sequence and lets the housekeeping look often enough to see every closed segment.</summary>
    public void WriteAndLook(int to)
    {
        while (Sequence < to)
        {
            Write((int)Math.Min(500, to - Sequence));
            Look();
        }
    }

    public void Dispose()
    {
        _housekeeper.Dispose();
        _appender.Dispose();
        Recovered.Dispose();
    }
}
