using System.Buffers.Binary;
using Exchange.Matching.Journal;
using Exchange.Matching.Snapshot;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Snapshot;

/// <summary>The file of a snapshot: what goes in comes out, and nothing else passes for it.</summary>
public sealed class SnapshotFileTests
{
    private const string Name = "snapshot/00000000000000000077.snap";

    private static readonly SnapshotHeader Header = new()
    {
        LogicVersion = 1,
        Sequence = 77,
        Epoch = 3,
        ChainHash = 0xFEDCBA9876543210,
        TimeUs = 1_700_000_000_000_000,
        StateHash = 0x0123456789ABCDEF,
        BuildId = "test build",
    };

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(SnapshotFormat.MaxPayloadBytes)]
    [TestCase(3 * SnapshotFormat.MaxPayloadBytes + 17)]
    public void Header_and_content_come_back(int length)
    {
        var disk = Written(length);

        using var file = new SnapshotStore(disk).OpenNewest((_, _) => { }, damaged => Assert.Fail(damaged.Message))!;
        var content = new byte[length];
        file.Read(content);
        file.CheckComplete();

        Assert.That(file.Header, Is.EqualTo(Header));
        Assert.That(content, Is.EqualTo(Content(length)));
    }

    [Test]
    public void Every_flipped_bit_is_found()
    {
        var disk = Written(200);
        var length = disk.Contents()[Name].Length;
        for (var offset = 0; offset < length; offset++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                disk.FlipBit(Name, offset, bit);
                Assert.That(Damage(disk), Is.Not.Null, $"offset {offset}, bit {bit}");
                disk.FlipBit(Name, offset, bit);
            }
        }

        Assert.That(Damage(disk), Is.Null, "all bits are as they were");
    }

    [Test]
    public void A_file_cut_anywhere_or_with_anything_behind_its_end_is_found()
    {
        var disk = Written(200);
        var whole = disk.Contents()[Name];
        for (var length = 0; length < whole.Length; length += length < SnapshotFormat.HeaderSize ? 97 : 1)
        {
            disk.Put(Name, whole[..length]);
            Assert.That(Damage(disk), Does.Contain("the file ends here"), $"{length} bytes");
        }

        disk.Put(Name, [.. whole, 0]);
        Assert.That(Damage(disk), Does.Contain("the file goes on behind it"));
    }

    [Test]
    public void A_block_of_another_snapshot_or_of_another_place_is_found()
    {
        var length = 2 * SnapshotFormat.MaxPayloadBytes;
        var whole = Written(length).Contents()[Name];
        var other = Written(length, Header with { Sequence = 78 }).Contents()["snapshot/00000000000000000078.snap"];
        var block = SnapshotFormat.BlockHeaderSize + SnapshotFormat.MaxPayloadBytes;

        Assert.That(Damage(With(other.AsSpan(SnapshotFormat.HeaderSize, block), SnapshotFormat.HeaderSize)), Does.Contain("another place or another snapshot"));
        Assert.That(Damage(With(whole.AsSpan(SnapshotFormat.HeaderSize, block), SnapshotFormat.HeaderSize + block)), Does.Contain("another place or another snapshot"));

        FaultyDisk With(ReadOnlySpan<byte> bytes, int offset)
        {
            var changed = whole.ToArray();
            bytes.CopyTo(changed.AsSpan(offset));
            var disk = new FaultyDisk();
            disk.Put(Name, changed);
            return disk;
        }
    }

    [Test]
    public void A_format_of_a_newer_build_is_not_used_and_named()
    {
        var disk = Written(10);
        var bytes = disk.Contents()[Name];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), SnapshotFormat.Version + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4092), JournalChecksum.Crc32C(bytes.AsSpan(0, 4092)));
        disk.Put(Name, bytes);

        Assert.That(Damage(disk), Is.EqualTo($"{Name}, offset 8: format version 2 is unknown to this build, which reads version 1"));
    }

    [Test]
    public void A_snapshot_under_the_name_of_another_is_found()
    {
        var disk = Written(10);
        disk.Rename(Name, "snapshot/00000000000000000080.snap");

        Assert.That(Damage(disk), Does.Contain("it holds the state behind 77, its name says 80"));
    }

    [Test]
    public void What_was_written_aside_is_seen_by_nobody_before_it_is_published()
    {
        var disk = new FaultyDisk();
        var store = new SnapshotStore(disk);

        store.WriteAside(Header, writer => writer.WriteItems<byte>(Content(10)));
        Assert.That(store.List(), Is.Empty);
        disk.Crash(seed: 5);
        Assert.That(store.List(), Is.Empty);

        store.WriteAside(Header, writer => writer.WriteItems<byte>(Content(10)));
        store.Publish(Header.Sequence);
        disk.Crash(seed: 6);
        Assert.That(store.List(), Is.EqualTo(new[] { 77L }), "published is durable");
        Assert.That(Damage(disk), Is.Null);
    }

    private static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 + 7))];

    private static FaultyDisk Written(int length, SnapshotHeader? header = null)
    {
        var disk = new FaultyDisk();
        var store = new SnapshotStore(disk);
        using (var file = new SnapshotFileWriter(disk, store.TemporaryName, header ?? Header, afterStep: null))
        {
            file.Write(Content(length));
            file.Finish();
        }

        store.Publish((header ?? Header).Sequence);
        return disk;
    }

    private static string? Damage(FaultyDisk disk)
    {
        string? message = null;
        new SnapshotStore(disk).OpenNewest((_, _) => { }, damaged => message = damaged.Message)?.Dispose();
        return message;
    }
}
