using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>A segment goes only when nobody needs it any more.</summary>
[TestFixture]
public sealed class RetentionTests
{
    private StreamJournal _stream = null!;

    [OneTimeSetUp]
    public void MakeStream() => _stream = new StreamJournal(411, commands: 9_000, withHashes: true);

    [Test]
    public void Without_the_permission_to_delete_every_segment_stays()
    {
        var disk = new FaultyDisk();
        using var journal = new HousekeptJournal(_stream, disk, options: HousekeptJournal.Options with { Retention = new RetentionOptions() });

        journal.WriteAndLook(5_500);

        Assert.That(FirstSequences(disk), Is.EqualTo(new[] { 1, 1_001, 2_001, 3_001, 4_001, 5_001 }).Within(70));
        Assert.That(new SnapshotStore(disk).List(), Has.Count.EqualTo(2));
    }

    [Test]
    public void A_segment_stays_until_every_follower_has_passed_it()
    {
        var disk = new FaultyDisk();
        var followers = new JournalFollowers();
        var slow = new Follower("slow") { Position = 1_500 };
        using var slowRegistration = followers.Register(slow);
        using var quickRegistration = followers.Register(new Follower("quick") { Position = 1_000_000 });
        using var journal = new HousekeptJournal(_stream, disk, followers: followers);

        journal.WriteAndLook(5_500);
        var oldest = FirstSequences(disk)[0];
        Assert.That(oldest, Is.GreaterThan(1).And.LessThanOrEqualTo(slow.Position), "only what the slow one has passed is gone");

        slow.Position = 3_700;
        journal.WriteAndLook(6_600);
        Assert.That(FirstSequences(disk)[0], Is.GreaterThan(oldest).And.LessThanOrEqualTo(3_700));

        slowRegistration.Dispose();
        journal.WriteAndLook(7_700);
        Assert.That(FirstSequences(disk)[0], Is.EqualTo(new SnapshotStore(disk).List()[1] + 1), "the follower is gone");
        Assert.That((slow.HeldBytes, journal.Status.RebuildNeeded), Is.EqualTo((0L, Array.Empty<string>())));
    }

    [Test]
    public void A_follower_that_holds_back_too_much_must_be_rebuilt_and_holds_nothing_any_more()
    {
        var disk = new FaultyDisk();
        var followers = new JournalFollowers();
        var dead = new Follower("dead store");
        using var registration = followers.Register(dead);
        using var journal = new HousekeptJournal(
            _stream,
            disk,
            followers: followers,
            options: HousekeptJournal.Options with { Retention = new RetentionOptions { DeletesSegments = true, FollowerBytesMax = 2 << 20 } });

        journal.WriteAndLook(3_500);
        Assert.That((FirstSequences(disk)[0], dead.HeldBytes), Is.EqualTo((1L, 0L)), "two segments are within the limit");

        journal.WriteAndLook(6_500);
        Assert.That(FirstSequences(disk)[0], Is.EqualTo(new SnapshotStore(disk).List()[1] + 1));
        Assert.That((dead.HeldBytes, dead.ToldCount), Is.EqualTo((3L << 20, 1)));
        Assert.That(journal.Status.RebuildNeeded, Is.EqualTo(new[] { "dead store" }));
        Assert.That(journal.Log, Has.One.StartsWith("journal: follower 'dead store' is at sequence 0 and holds back 3145728 bytes, more than the 2097152 allowed"));
    }

    [Test]
    public void A_segment_is_archived_once_before_it_goes_and_the_archive_reads_as_the_whole_journal()
    {
        var disk = new FaultyDisk();
        var archive = new FaultyDisk();
        var lastLives = 0;
        for (var life = 0; life < 3; life++)
        {
            using var journal = new HousekeptJournal(_stream, disk, seed: life, archive: new DirectoryArchive(archive));
            journal.WriteAndLook((life + 1) * 2_400);
            Assert.That(journal.Status.Problem, Is.Null);
            archive.Crash(life);
            lastLives = (int)FirstSequences(archive)[^1];
        }

        Assert.That(FirstSequences(disk)[0], Is.GreaterThan(1));
        Assert.That(FirstSequences(archive)[0], Is.EqualTo(1));
        var (records, end) = JournalFixture.ReadAll(archive);
        Assert.That(JournalFixture.Same(records, _stream.Records.Take(records.Count)), Is.True);
        Assert.That(end.NextSequence, Is.EqualTo(FirstSequences(disk)[^1]), "every closed segment");
        Assert.That(lastLives, Is.LessThan(end.NextSequence));
        Assert.That(new SnapshotStore(archive).List(), Is.SupersetOf(new SnapshotStore(disk).List()).And.Count.GreaterThan(2), "snapshots, too, and all that ever were");
    }

    [Test]
    public void A_segment_that_cannot_be_archived_stays_and_the_reason_is_told_once()
    {
        var disk = new FaultyDisk();
        var archive = new FaultyDisk { CapacityBytes = (2 << 20) + 900_000 };
        using var journal = new HousekeptJournal(_stream, disk, archive: new DirectoryArchive(archive));

        journal.WriteAndLook(5_500);

        var archived = FirstSequences(archive);
        Assert.That(archived, Has.Count.EqualTo(2));
        Assert.That(FirstSequences(disk), Has.Member(JournalFixture.ReadAll(archive).End.NextSequence), "what the archive lacks is in the journal");
        Assert.That(journal.Status.Problem, Does.StartWith("housekeeping: write of 'journal/next.tmp' failed: errno 28"));
        Assert.That(journal.Log.Count(line => line == journal.Status.Problem), Is.EqualTo(1));
        Assert.That(archive.List("journal"), Has.Count.LessThanOrEqualTo(3), "at most one half copy");
    }

    [Test]
    public void The_archive_of_another_directory_is_not_written_over()
    {
        var archive = new FaultyDisk();
        archive.Put(JournalFixture.FirstSegment, [1, 2, 3]);
        var disk = new FaultyDisk();
        using var journal = new HousekeptJournal(_stream, disk, archive: new DirectoryArchive(archive));

        journal.WriteAndLook(5_500);

        Assert.That(archive.Contents()[JournalFixture.FirstSegment], Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(FirstSequences(disk)[0], Is.EqualTo(1));
        Assert.That(journal.Status.Problem, Does.Contain("the archive holds another 'journal/00000000000000000001.seg'"));
    }

    [Test]
    public void A_snapshot_that_finds_no_room_leaves_none_and_trading_goes_on()
    {
        var disk = new FaultyDisk();
        using var journal = new HousekeptJournal(_stream, disk);
        journal.WriteAndLook(900);
        disk.CapacityBytes = disk.Contents().Values.Sum(bytes => (long)bytes.Length) + (1 << 20) + 8_192;

        journal.Write(600);
        journal.Look();

        Assert.That(journal.Status.Problem, Does.StartWith("housekeeping: write of 'snapshot/next.tmp' failed: errno 28"));
        Assert.That(disk.List("snapshot"), Is.Empty, "the space is given back");
        Assert.That(journal.Sequence, Is.EqualTo(1_500));
    }

    private static List<long> FirstSequences(FaultyDisk disk) => [.. disk.List("journal")
        .Where(name => name.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal))
        .Select(name => long.Parse(name[..20], System.Globalization.CultureInfo.InvariantCulture))];

    private sealed class Follower(string name) : IJournalFollower
    {
        public string Name => name;

        public long Position { get; set; }

        public long HeldBytes { get; private set; }

        public int ToldCount { get; private set; }

        public void MarkRebuildNeeded(long heldBytes)
        {
            HeldBytes = heldBytes;
            ToldCount++;
        }
    }
}
