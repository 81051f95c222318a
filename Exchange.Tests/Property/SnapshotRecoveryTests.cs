using Exchange.Matching.Journal;
using Exchange.Matching.Snapshot;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>Recovery from a snapshot and the segments behind it, over a disk that crashes anywhere.</summary>
[TestFixture]
[Parallelizable]
public sealed class SnapshotRecoveryTests
{
    private const int Written = 5_700;

    private StreamJournal _stream = null!;
    private FaultyDisk _base = null!;

    [OneTimeSetUp]
    public void WriteStreamWithSnapshots()
    {
        _stream = new StreamJournal(401, commands: 9_000, withHashes: true);
        _base = new FaultyDisk();
        using var journal = new HousekeptJournal(_stream, _base);
        journal.WriteAndLook(Written);
        Assert.That(journal.Status.Problem, Is.Null);
    }

    [Test]
    public void Two_snapshots_are_kept_and_the_segments_that_both_hold_are_deleted()
    {
        var snapshots = Snapshots(_base);
        var segments = _base.List("journal").Where(name => name.EndsWith(".seg", StringComparison.Ordinal)).ToArray();
        using var recovered = new BareExchange();
        recovered.Recover(_base);

        Assert.That(snapshots, Has.Count.EqualTo(2));
        Assert.That(segments[0], Is.EqualTo(JournalFormat.SegmentName(snapshots[1] + 1)), "the oldest segment is the first one behind the older snapshot");
        Assert.That(recovered.Sequence, Is.EqualTo(Written));
        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(_stream.HashBehind(Written)));
        Assert.That(recovered.ViewsText(), Is.EqualTo(Replayed(Written).ViewsText()));
        Assert.That(recovered.SaveSnapshot(), Is.EqualTo(Replayed(Written).SaveSnapshot()), "every view as if the whole journal had been replayed");
        Assert.That(recovered.RecoveryLog, Is.Empty);
    }

    [Test]
    public void A_damaged_newest_snapshot_is_passed_over_for_the_older_one_with_a_line_that_names_it()
    {
        var disk = _base.Copy();
        var newest = $"snapshot/{SnapshotFormat.FileName(Snapshots(disk)[0])}";
        disk.FlipBit(newest, offset: 5_000, bit: 3);
        using var recovered = new BareExchange();

        recovered.Recover(disk);

        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(_stream.HashBehind(Written)));
        Assert.That(recovered.RecoveryLog.Single(), Does.StartWith("snapshot passed over").And.Contain($"{newest}, offset 4096"));
    }

    /// <summary>Snapshots of another build that verify from end to end, and none of which this build can go on from.</summary>
    [Test]
    public void A_snapshot_of_another_build_that_cannot_be_loaded_is_passed_over_for_the_older_one(
        [Values("another version", "less content", "more content", "another hash", "other bytes", "no sense")] string what)
    {
        var disk = _base.Copy();
        var newest = Snapshots(disk)[0];
        PutUnusable(disk, newest, what, "a newer build");
        var before = disk.Contents();
        using var recovered = new BareExchange();

        recovered.Recover(disk, buildId: "test build");

        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(_stream.HashBehind(Written)));
        Assert.That(recovered.SaveSnapshot(), Is.EqualTo(Replayed(Written).SaveSnapshot()));
        Assert.That(
            recovered.RecoveryLog.Single(),
            Does.StartWith("snapshot passed over").And.Contain($"snapshot/{SnapshotFormat.FileName(newest)}").And.Contain("a newer build"));
        Assert.That(disk.Contents(), Is.EqualTo(before));
    }

    [Test]
    public void Without_an_older_snapshot_the_whole_journal_takes_the_place_of_one_that_cannot_be_loaded()
    {
        var disk = new FaultyDisk();
        using (var journal = new HousekeptJournal(_stream, disk, options: HousekeptJournal.Options with { Retention = new RetentionOptions() }))
        {
            journal.WriteAndLook(1_400);
        }

        PutUnusable(disk, Snapshots(disk).Single(), "another version", "a newer build");
        using var recovered = new BareExchange();

        recovered.Recover(disk, buildId: "test build");

        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(_stream.HashBehind(1_400)));
        Assert.That(recovered.RecoveryLog, Has.Count.EqualTo(1));
    }

    [Test]
    public void With_the_first_segment_gone_and_no_snapshot_that_can_be_loaded_the_start_is_refused()
    {
        var disk = _base.Copy();
        Snapshots(disk).ForEach(sequence => PutUnusable(disk, sequence, "another version", "a newer build"));

        Assert.That(() => Recover(disk, "test build"), Throws.TypeOf<JournalDamagedException>().With.Message.Contains("that this build can go on from"));
    }

    [Test]
    public void A_snapshot_of_this_very_build_that_cannot_be_loaded_refuses_the_start()
    {
        var disk = _base.Copy();
        PutUnusable(disk, Snapshots(disk)[0], "another hash", "test build");

        Assert.That(() => Recover(disk, "test build"), Throws.TypeOf<SnapshotDamagedException>().With.Message.Contains("has the hash"));
    }

    [Test]
    public void After_a_change_of_build_snapshots_go_on_from_the_older_one()
    {
        var disk = _base.Copy();
        var unusable = Snapshots(disk)[0];
        PutUnusable(disk, unusable, "another version", "a newer build");

        using (var journal = new HousekeptJournal(_stream, disk, buildId: "test build"))
        {
            journal.WriteAndLook(Written + 1_100);
            Assert.That(journal.Status.Problem, Is.Null);
        }

        Assert.That(Snapshots(disk), Has.Count.EqualTo(2).And.None.EqualTo(unusable), "the one that nobody can load is gone");
    }

    [Test]
    public void With_the_first_segment_gone_and_no_snapshot_that_verifies_the_start_is_refused_and_nothing_changed()
    {
        var disk = _base.Copy();
        foreach (var sequence in Snapshots(disk))
        {
            disk.FlipBit($"snapshot/{SnapshotFormat.FileName(sequence)}", offset: 4_200, bit: 0);
        }

        var firstSegment = $"journal/{disk.List("journal")[0]}";
        Assert.That(() => Recover(disk), Throws.TypeOf<JournalDamagedException>()
            .With.Property(nameof(JournalDamagedException.File)).EqualTo(firstSegment)
            .And.Message.Contains("no snapshot to go on from that verifies"));
    }

    [Test]
    public void A_snapshot_beyond_the_journals_end_refuses_the_start()
    {
        var disk = _base.Copy();
        var newest = Snapshots(disk)[0];
        foreach (var segment in disk.List("journal").Where(name => string.CompareOrdinal(name, JournalFormat.SegmentName(newest)) > 0))
        {
            disk.Remove($"journal/{segment}");
        }

        // The older snapshot is no way out: the journal is known to have been longer.
        Assert.That(() => Recover(disk), Throws.TypeOf<JournalDamagedException>().With.Message.Contains($"taken behind {newest}"));
        disk.FlipBit($"snapshot/{SnapshotFormat.FileName(newest)}", offset: 5_000, bit: 0);
        Assert.That(() => Recover(disk), Throws.TypeOf<JournalDamagedException>().With.Message.Contains($"taken behind {newest}"));
    }

    [Test]
    public void A_snapshot_without_any_journal_refuses_the_start()
    {
        var disk = _base.Copy();
        foreach (var file in disk.List("journal"))
        {
            disk.Remove($"journal/{file}");
        }

        Assert.That(() => Recover(disk), Throws.TypeOf<JournalDamagedException>().With.Message.Contains("the journal ends with sequence 0"));
    }

    [Test]
    public void A_snapshot_of_another_journal_refuses_the_start()
    {
        var other = new StreamJournal(402, commands: 4_000, withHashes: true);
        var otherDisk = new FaultyDisk();
        using (var journal = new HousekeptJournal(other, otherDisk, options: HousekeptJournal.Options with { Retention = new RetentionOptions() }))
        {
            journal.WriteAndLook(2_400);
        }

        var disk = new FaultyDisk();
        using (var journal = new HousekeptJournal(_stream, disk, options: HousekeptJournal.Options with { Retention = new RetentionOptions() }))
        {
            journal.WriteAndLook(2_400);
        }

        var foreign = Snapshots(otherDisk)[0];
        Assume.That(Snapshots(disk)[0], Is.EqualTo(foreign), "segments are closed after as many records in both");
        disk.Put($"snapshot/{SnapshotFormat.FileName(foreign)}", otherDisk.Contents()[$"snapshot/{SnapshotFormat.FileName(foreign)}"]);

        Assert.That(() => Recover(disk), Throws.TypeOf<JournalDamagedException>().With.Message.Contains("it belongs to another journal"));
    }

    /// <summary>Every change that a housekeeping makes, each with four ways in which the disk may come out of the crash.</summary>
    [Test]
    public void A_crash_at_any_step_of_writing_renaming_and_deleting_leaves_a_pair_that_recovers([Range(1, 4)] int crashSeed)
    {
        var step = 0;
        for (var hasCrashed = true; hasCrashed; step++)
        {
            var disk = _base.Copy();
            long sequence;
            using (var journal = new HousekeptJournal(_stream, disk, seed: step))
            {
                journal.Write(1_400);
                sequence = journal.Sequence;
                disk.LosePowerAfter(step);
                hasCrashed = HasCrashed(journal.Look);
            }

            disk.Crash(crashSeed * 10_000 + step);
            for (var restart = 0; restart < 3; restart++)
            {
                using var next = new HousekeptJournal(_stream, disk, seed: step);
                Assert.That(next.Sequence, Is.EqualTo(sequence), $"step {step}, restart {restart}: nothing is lost");
                next.Write(20);
                next.Look();
                sequence = next.Sequence;
                Assert.That(next.Status.Problem, Is.Null, $"step {step}, restart {restart}");
            }

            using (var next = new HousekeptJournal(_stream, disk, seed: step))
            {
                next.WriteAndLook((int)sequence + 1_100);
            }

            var kept = Snapshots(disk);
            Assert.That(kept, Has.Count.EqualTo(2), $"step {step}: the housekeeping is made up for");
            Assert.That(disk.List("journal")[0], Is.EqualTo(JournalFormat.SegmentName(kept[1] + 1)), $"step {step}");
        }

        Assert.That(step, Is.GreaterThan(10), "steps with a crash");
    }

    [Test]
    public void Life_after_life_with_a_crash_anywhere_nothing_is_lost([Range(1, 6)] int seed)
    {
        var random = new Random(seed);
        var disk = new FaultyDisk { WriteAlignment = random.Next(2) == 0 ? 512 : 4096 };
        long acknowledged = 0;
        var fromSnapshot = 0;
        for (var life = 0; life < 60 && acknowledged < _stream.Records.Count - 2_000; life++)
        {
            var started = false;
            try
            {
                using var journal = new HousekeptJournal(_stream, disk, seed: random.Next());
                started = true;
                fromSnapshot += journal.Status.SnapshotSequence > 0 ? 1 : 0;
                Assert.That(journal.Sequence, Is.GreaterThanOrEqualTo(acknowledged), $"life {life}");
                disk.LosePowerAfter(random.Next(20, 350));
                while (journal.Sequence < _stream.Records.Count - 1_000)
                {
                    journal.Write(random.Next(1, 400));
                    acknowledged = journal.Sequence;
                    journal.Look();
                    Assert.That(journal.Status.Problem, Is.Null);
                }
            }
            catch (PowerLostException)
            {
                Assert.That(started, Is.True, "a start is not interrupted here");
            }

            disk.Crash(random.Next());
        }

        Assert.That(fromSnapshot, Is.GreaterThan(2), "lives that began with a snapshot");
    }

    private static bool HasCrashed(Action look)
    {
        try
        {
            look();
            return false;
        }
        catch (PowerLostException)
        {
            return true;
        }
    }

    private static List<long> Snapshots(FaultyDisk disk) => new SnapshotStore(disk).List();

    private static void Recover(FaultyDisk disk, string? buildId = null)
    {
        var before = disk.Contents();
        try
        {
            using var recovered = new BareExchange();
            recovered.Recover(disk, buildId: buildId);
        }
        finally
        {
            Assert.That(disk.Contents(), Is.EqualTo(before), "a refused start changes nothing");
        }
    }

    /// <summary>Puts another snapshot in the place of one: every checksum is right, and it cannot be loaded.</summary>
    private void PutUnusable(FaultyDisk disk, long sequence, string what, string buildId)
    {
        SnapshotHeader header;
        var name = $"snapshot/{SnapshotFormat.FileName(sequence)}";
        using (var file = new SnapshotFileReader(disk, name))
        {
            header = file.Header with { BuildId = buildId };
        }

        var content = Replayed((int)sequence).SaveSnapshot();
        (header, content) = what switch
        {
            "another version" => (header, [99, .. content[1..]]),
            "less content" => (header, content[..^9]),
            "more content" => (header, [.. content, 1]),
            "another hash" => (header with { StateHash = header.StateHash + 1 }, content),
            "other bytes" => (header, [.. content[..300], .. content[308..], .. content[..8]]),
            _ => (header, [.. content[..4], .. Enumerable.Range(0, content.Length).Select(i => (byte)(i * 37))]),
        };
        disk.Remove(name);
        using var written = new SnapshotFileWriter(disk, name, header, afterStep: null);
        written.Write(content);
        written.Finish();
    }

    private BareExchange Replayed(int sequence)
    {
        var disk = new FaultyDisk();
        using (var appender = StreamJournal.Open(disk, JournalEnd.Empty))
        {
            _stream.Write(appender, new Random(1), 0, sequence);
        }

        var exchange = new BareExchange();
        exchange.Recover(disk);
        return exchange;
    }
}
