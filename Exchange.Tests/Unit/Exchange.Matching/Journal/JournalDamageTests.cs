using System.Buffers.Binary;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Journal;

/// <summary>Whatever a crash cannot have left behind refuses the start, says where, and leaves the files as they are.</summary>
[TestFixture]
public sealed class JournalDamageTests
{
    private const int First = JournalFormat.SegmentHeaderSize;

    [Test]
    public void A_bad_group_followed_by_a_good_one_refuses()
    {
        var disk = JournalFixture.Written([1000], [1000], [1000]);
        disk.FlipBit(JournalFixture.FirstSegment, First + 1536 + 600, 0);

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "all its sectors were written");
    }

    [Test]
    public void A_group_with_a_missing_sector_followed_by_a_good_one_refuses()
    {
        var disk = Changed(JournalFixture.Written([1000], [1000], [1000]), bytes => bytes.AsSpan(First + 1536 + 512, 512).Clear());

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "the journal goes on behind it");
    }

    [Test]
    public void A_group_without_its_header_sector_followed_by_a_good_one_refuses()
    {
        var disk = Changed(JournalFixture.Written([1000], [1000], [1000]), bytes => bytes.AsSpan(First + 1536, 512).Clear());

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "no group here, but one at");
    }

    [Test]
    public void A_missing_group_in_the_middle_refuses()
    {
        var disk = Changed(JournalFixture.Written([1000], [1000], [1000]), bytes => bytes.AsSpan(First + 1536, 1536).Clear());

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "no group here, but one at");
    }

    [Test]
    public void A_gap_in_the_sequences_refuses()
    {
        var disk = Changed(JournalFixture.Written([1000], [1000], [1000]), bytes =>
        {
            bytes.AsSpan(First + 3072, 1536).CopyTo(bytes.AsSpan(First + 1536));
            bytes.AsSpan(First + 3072, 1536).Clear();
        });

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "begins with sequence 3 where 2 follows");
    }

    [Test]
    public void A_doubled_group_refuses()
    {
        var disk = Changed(
            JournalFixture.Written([1000], [1000], [1000]),
            bytes => bytes.AsSpan(First + 1536, 1536).CopyTo(bytes.AsSpan(First + 3072)));

        Refuses(disk, JournalFixture.FirstSegment, First + 3072, "begins with sequence 2 where 3 follows");
    }

    [Test]
    public void A_good_group_of_another_history_breaks_the_chain()
    {
        var other = JournalFixture.Written([1001], [1000], [1000]).Contents()[JournalFixture.FirstSegment];
        var disk = Changed(JournalFixture.Written([1000], [1000], [1000]), bytes => other.AsSpan(First + 1536, 1536).CopyTo(bytes.AsSpan(First + 1536)));

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "the chain is broken");
    }

    [Test]
    public void A_whole_last_group_that_does_not_verify_refuses()
    {
        var disk = JournalFixture.Written([1000], [1000]);
        disk.FlipBit(JournalFixture.FirstSegment, First + 1536 + 700, 5);

        Refuses(disk, JournalFixture.FirstSegment, First + 1536, "all its sectors were written");
    }

    [Test]
    public void A_last_group_with_a_missing_sector_in_front_of_a_further_segment_refuses()
    {
        var disk = ThreeSegments(out var names);
        var bytes = disk.Contents()[names[0]];
        var lastOffset = LastGroupOf(disk, 0);
        bytes.AsSpan(lastOffset + 512, 512).Clear();
        disk.Put(names[0], bytes);

        Refuses(disk, names[0], lastOffset, "a further segment follows");
    }

    [Test]
    public void Data_far_behind_the_end_refuses()
    {
        var disk = Changed(
            new FaultyDisk(), JournalFixture.Options with { SegmentBytes = 8 << 20 }, bytes => bytes[^1] = 1);

        Refuses(disk, JournalFixture.FirstSegment, (8 << 20) - 1, "farther than a group reaches");
    }

    [Test]
    public void A_newer_version_refuses()
    {
        var disk = Changed(JournalFixture.Written([1000]), bytes =>
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), JournalFormat.Version + 1);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4092), JournalChecksum.Crc32C(bytes.AsSpan(0, 4092)));
        });

        Refuses(disk, JournalFixture.FirstSegment, 8, $"format version {JournalFormat.Version + 1} is unknown");
    }

    [Test]
    public void An_unknown_magic_number_refuses()
    {
        var disk = Changed(JournalFixture.Written([1000]), bytes => bytes.AsSpan(0, 8).Clear());

        Refuses(disk, JournalFixture.FirstSegment, 0, "magic number");
    }

    [TestCase(100, 100, "short of")]
    [TestCase(4096, 56, "its header states")]
    [TestCase(500_000, 56, "its header states")]
    public void A_short_file_refuses(int length, int offset, string reason)
    {
        var disk = JournalFixture.Written([1000]);
        disk.Put(JournalFixture.FirstSegment, disk.Contents()[JournalFixture.FirstSegment][..length]);

        Refuses(disk, JournalFixture.FirstSegment, offset, reason);
    }

    [Test]
    public void Swapped_segments_refuse()
    {
        var disk = ThreeSegments(out var names);
        var contents = disk.Contents();
        disk.Put(names[1], contents[names[2]]);
        disk.Put(names[2], contents[names[1]]);

        Refuses(disk, names[1], 24, "the name does not fit");
    }

    [Test]
    public void A_doubled_segment_refuses()
    {
        var disk = ThreeSegments(out var names);
        disk.Put("journal/" + JournalFormat.SegmentName(999_999), disk.Contents()[names[1]]);

        Refuses(disk, "journal/" + JournalFormat.SegmentName(999_999), 24, "the name does not fit");
    }

    [Test]
    public void A_missing_segment_in_the_middle_refuses()
    {
        var disk = ThreeSegments(out var names);
        disk.Remove(names[1]);

        Refuses(disk, names[2], 16, "missing");
    }

    [Test]
    public void A_missing_first_segment_refuses_unless_it_is_not_needed()
    {
        var disk = ThreeSegments(out var names);
        var whole = JournalFixture.ReadAll(disk);
        var second = new JournalReader(disk).Segments[1].Header.FirstSequence;
        disk.Remove(names[0]);

        Refuses(disk, names[1], 0, $"begins with sequence {second}, but 1 is needed");
        var (records, end) = JournalFixture.ReadAll(disk, second);
        Assert.That(JournalFixture.Same(records, whole.Records.Skip((int)second - 1)), Is.True);
        Assert.That(end, Is.EqualTo(whole.End));
    }

    /// <summary>The residue that the docstring of the reader states: only positions kept elsewhere show it.</summary>
    [Test]
    public void A_missing_last_segment_shows_only_as_an_earlier_end()
    {
        var disk = ThreeSegments(out var names);
        var third = new JournalReader(disk).Segments[2].Header.FirstSequence;
        disk.Remove(names[2]);

        var end = JournalFixture.ReadAll(disk).End;

        Assert.That((end.NextSequence, end.SegmentNumber, end.IsTorn), Is.EqualTo((third, 2, false)));
    }

    [TestCase("1.seg")]
    [TestCase("00000000000000000001.seg.bak")]
    [TestCase("00000000000000000002.seg")]
    public void A_segment_under_a_wrong_name_refuses(string name)
    {
        var disk = JournalFixture.Written([1000]);
        disk.Put("journal/" + name, disk.Contents()[JournalFixture.FirstSegment]);
        disk.Remove(JournalFixture.FirstSegment);

        Refuses(disk, "journal/" + name, 24, "the name does not fit");
    }

    [Test]
    public void Records_that_do_not_fit_their_group_refuse_though_the_checksums_match()
    {
        var disk = Changed(JournalFixture.Written([1000, 100]), bytes =>
        {
            var group = bytes.AsSpan(First, JournalFormat.GroupHeaderSize + 1100);
            var header = GroupHeader.Read(group);
            BinaryPrimitives.WriteInt64LittleEndian(group[(JournalFormat.GroupHeaderSize + 1000 + 8)..], 7);
            header.Write(group);
        });

        Refuses(disk, JournalFixture.FirstSegment, First + JournalFormat.GroupHeaderSize + 1000, "sequence 7");
    }

    [Test]
    public void A_read_error_of_the_disk_is_passed_on()
    {
        var disk = JournalFixture.Written([1000]);
        disk.ReadFails = (_, offset) => offset >= First;

        Assert.That(() => JournalFixture.ReadAll(disk), Throws.TypeOf<StorageException>());
    }

    private static void Refuses(FaultyDisk disk, string file, long offset, string reason)
    {
        var before = disk.Contents();
        var writes = disk.WriteCount;

        var damage = Assert.Throws<JournalDamagedException>(() => JournalFixture.Open(disk).Dispose());

        Assert.That((damage!.File, damage.Offset), Is.EqualTo((file, offset)), damage.Message);
        Assert.That(damage.Message, Does.Contain(reason).And.Contain(file));
        Assert.That(disk.Contents().Keys, Is.EqualTo(before.Keys));
        Assert.That(JournalFixture.Same(disk.Contents().Values, before.Values), Is.True, "nothing was overwritten");
        Assert.That(disk.WriteCount, Is.EqualTo(writes));
    }

    private static FaultyDisk Changed(FaultyDisk disk, Action<byte[]> change)
    {
        var bytes = disk.Contents()[JournalFixture.FirstSegment];
        change(bytes);
        disk.Put(JournalFixture.FirstSegment, bytes);
        return disk;
    }

    private static FaultyDisk Changed(FaultyDisk disk, JournalOptions options, Action<byte[]> change)
    {
        using (var appender = JournalFixture.Open(disk, options))
        {
            JournalFixture.Commit(appender, 1000);
        }

        return Changed(disk, change);
    }

    private static FaultyDisk ThreeSegments(out string[] names)
    {
        var disk = JournalFixture.Written([.. Enumerable.Repeat(new[] { 100_000, 50_000 }, 16)]);
        names = [.. disk.List("journal").Where(name => name.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)).Select(name => "journal/" + name)];
        Assert.That(names, Has.Length.EqualTo(3));
        return disk;
    }

    private static int LastGroupOf(FaultyDisk disk, int segment)
    {
        using var reader = new JournalReader(disk);
        var next = reader.Segments[segment + 1].Header.FirstSequence;
        var offset = First;
        var start = First;
        while (reader.TryReadGroup(out var records) && reader.Group.FirstSequence < next)
        {
            start = offset;
            offset += JournalFormat.Extent(records.Length, JournalFormat.SectorSize);
        }

        return start;
    }
}
