using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Journal;

[TestFixture]
public sealed class JournalRoundTripTests
{
    [Test]
    public void A_missing_folder_is_an_empty_journal()
    {
        var (records, end) = JournalFixture.ReadAll(new FaultyDisk());

        Assert.That(records, Is.Empty);
        Assert.That(end, Is.EqualTo(JournalEnd.Empty));
    }

    [TestCase(1)]
    [TestCase(512)]
    [TestCase(4096)]
    public void Records_come_back_as_written_over_several_segments(int writeAlignment)
    {
        var disk = new FaultyDisk { WriteAlignment = writeAlignment };
        var written = WriteRandomGroups(disk, groups: 300, seed: writeAlignment, epoch: 7);

        var (records, end) = JournalFixture.ReadAll(disk);

        Assert.That(JournalFixture.Same(records, written), Is.True);
        Assert.That(end.NextSequence, Is.EqualTo(written.Count + 1));
        Assert.That(end.Epoch, Is.EqualTo(7));
        Assert.That(end.LastTimeUs, Is.EqualTo(1_000_000 + written.Count * 10));
        Assert.That(end.SegmentNumber, Is.GreaterThanOrEqualTo(4));
        Assert.That(end.GroupAlignment, Is.EqualTo(Math.Max(512, writeAlignment)));
        Assert.That(end.IsTorn, Is.False);
    }

    [Test]
    public void The_segment_headers_say_who_wrote_what()
    {
        var disk = new FaultyDisk();
        WriteRandomGroups(disk, groups: 150, seed: 1, epoch: 3);

        using var reader = new JournalReader(disk);

        Assert.That(reader.Segments.Select(segment => segment.Header.Number), Is.EqualTo(Enumerable.Range(1, reader.Segments.Count)));
        foreach (var (name, header) in reader.Segments)
        {
            Assert.That(name, Is.EqualTo("journal/" + JournalFormat.SegmentName(header.FirstSequence)));
            Assert.That(header.BuildId, Is.EqualTo("test build"));
            Assert.That(header.Epoch, Is.EqualTo(3));
            Assert.That(header.SegmentBytes, Is.EqualTo(JournalFixture.SegmentBytes));
            Assert.That(header.CreatedUs, Is.EqualTo(1_000_000 + header.FirstSequence * 10));
        }
    }

    [Test]
    public void A_reopened_journal_goes_on_where_it_ended()
    {
        var disk = new FaultyDisk();
        var written = new List<byte[]>();
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            written.AddRange(WriteRandomGroups(disk, groups: 40, seed: epoch, epoch));
        }

        var (records, end) = JournalFixture.ReadAll(disk);

        Assert.That(JournalFixture.Same(records, written), Is.True);
        Assert.That(end.Epoch, Is.EqualTo(5));
    }

    [Test]
    public void Storage_that_needs_wider_groups_begins_a_new_segment()
    {
        var narrow = JournalFixture.Written([100], [100]);
        var wide = new FaultyDisk { WriteAlignment = 4096 };
        foreach (var (name, bytes) in narrow.Contents())
        {
            wide.Put(name, bytes);
        }

        using (var appender = JournalFixture.Open(wide))
        {
            JournalFixture.Commit(appender, 200, 300);
        }

        var (records, end) = JournalFixture.ReadAll(wide);
        Assert.That(records.Select(record => record.Length), Is.EqualTo(new[] { 100, 100, 200, 300 }));
        Assert.That((end.SegmentNumber, end.GroupAlignment, end.Offset), Is.EqualTo((2, 4096, 8192)));
    }

    [Test]
    public void An_empty_last_segment_that_cannot_be_used_is_replaced()
    {
        var disk = JournalFixture.Written([100]);
        using (var reader = new JournalReader(disk))
        {
            Assert.That(reader.TryReadGroup(out _), Is.True);
            Assert.That(reader.TryReadGroup(out _), Is.False);
        }

        var emptied = disk.Contents()[JournalFixture.FirstSegment];
        emptied.AsSpan(JournalFormat.SegmentHeaderSize).Clear();
        var wide = new FaultyDisk { WriteAlignment = 4096 };
        wide.Put(JournalFixture.FirstSegment, emptied);

        using (var appender = JournalFixture.Open(wide))
        {
            JournalFixture.Commit(appender, 200);
        }

        var (records, end) = JournalFixture.ReadAll(wide);
        Assert.That(records.Single(), Has.Length.EqualTo(200));
        Assert.That((end.SegmentNumber, end.GroupAlignment), Is.EqualTo((1, 4096)));
    }

    [Test]
    public void Opening_removes_what_an_interrupted_preparation_left()
    {
        var disk = JournalFixture.Written([100]);
        disk.Put("journal/old.tmp", new byte[5000]);

        using var appender = JournalFixture.Open(disk);

        Assert.That(disk.List("journal"), Is.EqualTo(new[] { "00000000000000000001.seg", "next.tmp" }));
    }

    [Test]
    public void Reading_from_a_sequence_begins_with_the_segment_that_holds_it()
    {
        var disk = new FaultyDisk();
        var written = WriteRandomGroups(disk, groups: 200, seed: 5, epoch: 1);
        using var reader = new JournalReader(disk);
        var third = reader.Segments[2].Header.FirstSequence;

        var (fromStart, startEnd) = JournalFixture.ReadAll(disk, third);
        var (fromMiddle, middleEnd) = JournalFixture.ReadAll(disk, third + 1);

        Assert.That(JournalFixture.Same(fromStart, written.Skip((int)third - 1)), Is.True);
        Assert.That(JournalFixture.Same(fromMiddle, fromStart), Is.True);
        Assert.That(startEnd, Is.EqualTo(JournalFixture.ReadAll(disk).End));
        Assert.That(middleEnd, Is.EqualTo(startEnd));
    }

    [Test]
    public void A_commit_without_records_writes_nothing()
    {
        var disk = JournalFixture.Written([100]);
        using var appender = JournalFixture.Open(disk);
        var writes = disk.WriteCount;

        Assert.That(appender.Commit(), Is.EqualTo(1));
        Assert.That(disk.WriteCount, Is.EqualTo(writes));
    }

    [Test]
    public void A_group_costs_one_write_and_one_sync()
    {
        var disk = JournalFixture.Written([100]);
        using var appender = JournalFixture.Open(disk);
        var (writes, syncs) = (disk.WriteCount, disk.SyncCount);

        JournalFixture.Commit(appender, 100, 3000, 50_000);

        Assert.That((disk.WriteCount - writes, disk.SyncCount - syncs), Is.EqualTo((1, 1)));
        Assert.That(appender.DurableSequence, Is.EqualTo(4));
    }

    private static List<byte[]> WriteRandomGroups(FaultyDisk disk, int groups, int seed, long epoch)
    {
        var random = new Random(seed);
        var written = new List<byte[]>();
        using var appender = JournalFixture.Open(disk, epoch: epoch);
        for (var group = 0; group < groups; group++)
        {
            var lengths = new int[random.Next(1, 40)];
            for (var i = 0; i < lengths.Length; i++)
            {
                lengths[i] = random.Next(24, random.Next(30, 3000));
            }

            written.AddRange(JournalFixture.Commit(appender, lengths));
            Assert.That(appender.DurableSequence, Is.EqualTo(appender.NextSequence - 1));
        }

        return written;
    }
}
