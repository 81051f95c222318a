using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Journal;

[TestFixture]
public sealed class JournalTornTailTests
{
    /// <summary>Sectors of the last group: 64 + 3 x 700 bytes.</summary>
    private const int Sectors = 5;

    [TestCase(new[] { 0 }, TestName = "Torn_without_its_header_sector")]
    [TestCase(new[] { 2 }, TestName = "Torn_without_a_middle_sector")]
    [TestCase(new[] { 4 }, TestName = "Torn_without_its_last_sector")]
    [TestCase(new[] { 1, 2, 3, 4 }, TestName = "Torn_with_only_its_header_sector")]
    [TestCase(new[] { 0, 1, 2, 3 }, TestName = "Torn_with_only_its_last_sector")]
    [TestCase(new[] { 0, 2, 4 }, TestName = "Torn_without_every_second_sector")]
    public void Is_reported_cut_and_written_over(int[] missing)
    {
        var disk = JournalFixture.Written([100], [300, 400], [700, 700, 700]);
        var before = JournalFixture.ReadAll(disk).Records;
        var start = WithoutSectors(disk, missing);
        var present = Enumerable.Range(0, Sectors).Except(missing).ToArray();

        var (records, end) = JournalFixture.ReadAll(disk);

        Assert.That(records, Is.EqualTo(before.Take(3)));
        Assert.That((end.NextSequence, end.Offset, end.IsTorn), Is.EqualTo((4, start, true)));
        Assert.That(end.TornBytes, Is.EqualTo(missing.Contains(0) ? (present[^1] + 1) * 512 : Sectors * 512));

        var lines = new List<string>();
        var cut = JournalTail.Cut(disk, end, lines.Add);

        Assert.That(lines.Single(), Does.Contain(JournalFixture.FirstSegment).And.Contain($"offset {start}").And.Contain($"{end.TornBytes} bytes"));
        Assert.That(cut, Is.EqualTo(end with { TornBytes = 0 }));
        Assert.That(disk.Contents()[JournalFixture.FirstSegment].AsSpan((int)start).ContainsAnyExcept((byte)0), Is.False);
        disk.Crash(seed: 1);
        using (var appender = new JournalAppender(disk, cut, 1, JournalFixture.Options))
        {
            JournalFixture.Commit(appender, 250);
        }

        Assert.That(JournalFixture.ReadAll(disk).Records, Is.EqualTo(before.Take(3).Append(JournalFixture.Record(4, 250))));
    }

    [Test]
    public void An_end_that_is_not_torn_is_left_alone()
    {
        var disk = JournalFixture.Written([100]);
        var end = JournalFixture.ReadAll(disk).End;
        var writes = disk.WriteCount;

        Assert.That(JournalTail.Cut(disk, end, _ => Assert.Fail("nothing was cut")), Is.SameAs(end));
        Assert.That(disk.WriteCount, Is.EqualTo(writes));
    }

    [Test]
    public void An_appender_refuses_a_torn_end()
    {
        var disk = JournalFixture.Written([100], [700, 700, 700]);
        WithoutSectors(disk, [2]);
        var end = JournalFixture.ReadAll(disk).End;

        Assert.That(() => new JournalAppender(disk, end, 1, JournalFixture.Options), Throws.ArgumentException);
    }

    [Test]
    public void Sectors_that_are_zero_by_their_content_do_not_pass_for_missing_ones()
    {
        var disk = new FaultyDisk();
        var record = JournalFixture.Record(1, 4000);
        record.AsSpan(500, 3000).Clear();
        using (var appender = JournalFixture.Open(disk))
        {
            appender.Append(record);
            appender.Commit();
        }

        Assert.That(JournalFixture.ReadAll(disk).Records.Single(), Is.EqualTo(record));
        disk.FlipBit(JournalFixture.FirstSegment, JournalFormat.SegmentHeaderSize + 3900, 3);
        Assert.That(() => JournalFixture.ReadAll(disk), Throws.TypeOf<JournalDamagedException>());
    }

    /// <summary>Zeroes sectors of the last group, the one of 2,164 bytes; returns where it starts.</summary>
    private static long WithoutSectors(FaultyDisk disk, int[] missing)
    {
        var start = JournalFixture.ReadAll(disk).End.Offset - Sectors * 512;
        var bytes = disk.Contents()[JournalFixture.FirstSegment];
        foreach (var sector in missing)
        {
            bytes.AsSpan((int)start + sector * 512, 512).Clear();
        }

        disk.Put(JournalFixture.FirstSegment, bytes);
        return start;
    }
}
