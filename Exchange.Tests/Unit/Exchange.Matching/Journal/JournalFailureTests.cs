using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Journal;

[TestFixture]
public sealed class JournalFailureTests
{
    [Test]
    public void A_failed_sync_is_never_acknowledged_and_the_appender_is_dead()
    {
        var disk = JournalFixture.Written([100], [200]);
        using var appender = JournalFixture.Open(disk);
        appender.Append(JournalFixture.Record(3, 300));
        disk.FailSyncAfter(0);

        Assert.That(() => appender.Commit(), Throws.TypeOf<StorageException>().With.Property("Errno").EqualTo(FaultyDisk.InputOutputError));

        IsDead(appender, disk, durable: 2);
        disk.Crash(seed: 3);
        Assert.That(JournalFixture.ReadAll(disk).Records, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_failed_write_is_never_acknowledged_and_the_appender_is_dead()
    {
        var disk = JournalFixture.Written([100], [200]);
        using var appender = JournalFixture.Open(disk);
        appender.Append(JournalFixture.Record(3, 300));
        disk.FailWriteAfter(0);

        Assert.That(() => appender.Commit(), Throws.TypeOf<StorageException>());

        IsDead(appender, disk, durable: 2);
    }

    [Test]
    public void Whatever_sync_fails_nothing_unacknowledged_is_told_and_nothing_acknowledged_is_lost()
    {
        var failures = 0;
        for (var successes = 0; ; successes++)
        {
            var disk = new FaultyDisk();
            disk.FailSyncAfter(successes);
            var acknowledged = 0L;
            try
            {
                using var appender = JournalFixture.Open(disk);
                for (var group = 0; group < 12; group++)
                {
                    JournalFixture.Commit(appender, 150_000);
                    acknowledged = appender.DurableSequence;
                }
            }
            catch (StorageException error)
            {
                failures++;
                Assert.That(error.Errno, Is.EqualTo(FaultyDisk.InputOutputError));
            }

            disk.FailSyncAfter(-1);
            disk.Crash(seed: successes);
            Assert.That(JournalFixture.ReadAll(disk).Records, Has.Count.InRange(acknowledged, 12), $"the sync after {successes} others failed");
            if (acknowledged == 12)
            {
                break;
            }
        }

        // 12 groups, 2 segments and the preparation of a third: preparing takes a sync and a folder's, beginning one takes the same.
        Assert.That(failures, Is.GreaterThanOrEqualTo(12 + 2 * 4));
    }

    [Test]
    public void A_full_disk_leaves_the_current_segment_usable_and_is_shown()
    {
        var disk = new FaultyDisk { CapacityBytes = JournalFixture.SegmentBytes + 5000 };
        using var appender = JournalFixture.Open(disk);
        Assert.That(appender.NextSegmentError, Is.Null);

        JournalFixture.Commit(appender, 1000);

        Assert.That(appender.NextSegmentError?.Errno, Is.EqualTo(FaultyDisk.NoSpace));
        Assert.That(disk.List("journal"), Has.Count.EqualTo(1), "what the failed preparation had written is given back");
        for (var group = 0; group < 10; group++)
        {
            JournalFixture.Commit(appender, 1000);
        }

        Assert.That(appender.DurableSequence, Is.EqualTo(11));
    }

    [Test]
    public void Freed_space_ends_the_shortage_by_itself()
    {
        var disk = new FaultyDisk { CapacityBytes = JournalFixture.SegmentBytes + 5000 };
        using var appender = JournalFixture.Open(disk);
        JournalFixture.Commit(appender, 1000);
        Assert.That(appender.NextSegmentError, Is.Not.Null);

        disk.CapacityBytes = long.MaxValue;
        for (var group = 0; group < 20; group++)
        {
            JournalFixture.Commit(appender, 100_000);
        }

        Assert.That(appender.NextSegmentError, Is.Null);
        Assert.That(JournalFixture.ReadAll(disk).End.SegmentNumber, Is.EqualTo(2));
    }

    [Test]
    public void Retrying_the_preparation_needs_no_commit()
    {
        var disk = new FaultyDisk { CapacityBytes = JournalFixture.SegmentBytes + 5000 };
        using var appender = JournalFixture.Open(disk);
        JournalFixture.Commit(appender, 1000);
        disk.CapacityBytes = long.MaxValue;

        appender.RetryPreparation();

        Assert.That(appender.NextSegmentError, Is.Null);
    }

    [Test]
    public void A_group_that_cannot_be_placed_throws()
    {
        var disk = new FaultyDisk { CapacityBytes = JournalFixture.SegmentBytes + 5000 };
        using var appender = JournalFixture.Open(disk);
        for (var group = 0; group < 10; group++)
        {
            JournalFixture.Commit(appender, 100_000);
        }

        appender.Append(JournalFixture.Record(11, 100_000));
        Assert.That(() => appender.Commit(), Throws.TypeOf<StorageException>().With.Property("Errno").EqualTo(FaultyDisk.NoSpace));

        IsDead(appender, disk, durable: 10);
        disk.Crash(seed: 1);
        Assert.That(JournalFixture.ReadAll(disk).Records, Has.Count.EqualTo(10));
    }

    [Test]
    public void A_preparation_that_fails_otherwise_ends_the_appender()
    {
        var disk = JournalFixture.Written([100]);

        // The first write of an open is that of the last group.
        disk.FailWriteAfter(1);
        using var appender = JournalFixture.Open(disk);
        appender.Append(JournalFixture.Record(2, 100));

        Assert.That(() => appender.Commit(), Throws.TypeOf<StorageException>().With.Property("Errno").EqualTo(FaultyDisk.InputOutputError));

        IsDead(appender, disk, durable: 1);
    }

    [Test]
    public void A_preparation_that_a_full_disk_kept_waiting_and_that_fails_then_takes_orders_until_a_commit_tells_it()
    {
        var disk = new FaultyDisk { CapacityBytes = JournalFixture.SegmentBytes + 5000 };
        using var appender = JournalFixture.Open(disk);
        JournalFixture.Commit(appender, 100);
        Assert.That(appender.Room, Is.Not.EqualTo(JournalRoom.Normal), "no order is taken");
        disk.CapacityBytes = long.MaxValue;
        disk.FailWriteAfter(0);

        appender.RetryPreparation();

        Assert.That(appender.Room, Is.EqualTo(JournalRoom.Normal), "an order is taken again, or nothing would ever be committed");
        appender.Append(JournalFixture.Record(2, 100));
        Assert.That(() => appender.Commit(), Throws.TypeOf<StorageException>().With.Property("Errno").EqualTo(FaultyDisk.InputOutputError));
        IsDead(appender, disk, durable: 1);
    }

    [TestCase(2, 1_000_100, "gap", TestName = "A_gap_is_a_bug")]
    [TestCase(1, 1_000_100, "", TestName = "The_next_sequence_is_taken")]
    [TestCase(1, 5, "time", TestName = "Time_that_falls_is_a_bug")]
    public void Records_are_checked_before_they_are_taken(int skipped, long timeUs, string rule)
    {
        using var appender = JournalFixture.Open(JournalFixture.Written([100]));
        var record = JournalFixture.Record(1 + skipped, 100);
        BitConverter.TryWriteBytes(record.AsSpan(16), timeUs);

        if (rule.Length == 0)
        {
            appender.Append(record);
            Assert.That(appender.Commit(), Is.EqualTo(2));
        }
        else
        {
            Assert.That(() => appender.Append(record), Throws.TypeOf<InvariantBrokenException>().With.Message.Contains(rule));
            Assert.That(appender.NextSequence, Is.EqualTo(2));
        }
    }

    [Test]
    public void A_cut_record_or_too_many_bytes_are_a_bug()
    {
        using var appender = JournalFixture.Open(new FaultyDisk());

        Assert.That(() => appender.Append(JournalFixture.Record(1, 100).AsSpan(0, 99)), Throws.TypeOf<InvariantBrokenException>().With.Message.Contains("whole"));
        Assert.That(() => appender.Append(JournalFixture.Record(1, appender.FreeBytes + 1)), Throws.TypeOf<InvariantBrokenException>().With.Message.Contains("fit"));
        appender.Append(JournalFixture.Record(1, appender.FreeBytes));
        Assert.That(appender.FreeBytes, Is.Zero);
        Assert.That(appender.Commit(), Is.EqualTo(1));
    }

    [Test]
    public void A_lower_epoch_is_refused()
    {
        var disk = JournalFixture.Written([100]);

        Assert.That(() => JournalFixture.Open(disk, epoch: 0), Throws.ArgumentException);
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        var options = JournalFixture.Options;

        Assert.That((options with { SegmentBytes = 4096 }).Validate(), Does.Contain("SegmentBytes"));
        Assert.That((options with { SegmentBytes = (1 << 20) + 1 }).Validate(), Does.Contain("SegmentBytes"));
        Assert.That((options with { GroupBytes = 8 << 20 }).Validate(), Does.Contain("GroupBytes"));
        Assert.That((options with { BuildId = new string('x', 257) }).Validate(), Does.Contain("BuildId"));
        Assert.That(() => JournalFixture.Open(new FaultyDisk(), options with { GroupBytes = 100 }), Throws.ArgumentException);
    }

    private static void IsDead(JournalAppender appender, FaultyDisk disk, long durable)
    {
        var (writes, syncs) = (disk.WriteCount, disk.SyncCount);
        Assert.That(appender.DurableSequence, Is.EqualTo(durable));
        Assert.That(() => appender.Commit(), Throws.InvalidOperationException.With.InnerException.TypeOf<StorageException>());
        Assert.That(() => appender.Append(JournalFixture.Record(appender.NextSequence, 100)), Throws.InvalidOperationException);
        Assert.That((disk.WriteCount, disk.SyncCount), Is.EqualTo((writes, syncs)));
    }
}
