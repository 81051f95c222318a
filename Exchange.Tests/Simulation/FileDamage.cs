using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>What can happen to one file where it was synced.</summary>
internal static class FileDamage
{
    private const int SectorSize = FaultyDisk.SectorSize;

    /// <summary>Returns the bytes with one damage of a kind that the seed draws, and its name.</summary>
    public static (byte[] Bytes, string What) Any(byte[] file, SplitMix64 random)
    {
        var bytes = (byte[])file.Clone();
        var used = Math.Max(SectorSize, bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);
        var sectors = Math.Min((used + SectorSize - 1) / SectorSize, bytes.Length / SectorSize);
        Span<byte> Sector(int sector) => bytes.AsSpan(sector * SectorSize, SectorSize);
        var one = random.Below(sectors);
        var other = random.Below(sectors);
        switch (random.Below(7))
        {
            case 0:
                bytes[random.Below(used)] ^= (byte)(1 << random.Below(8));
                return (bytes, "bit flipped");
            case 1:
                for (var bits = random.Between(2, 60); bits > 0; bits--)
                {
                    bytes[random.Below(used)] ^= (byte)(1 << random.Below(8));
                }

                return (bytes, "many bits flipped");
            case 2:
                var kept = Sector(one).ToArray();
                Sector(other).CopyTo(Sector(one));
                kept.CopyTo(Sector(other));
                return (bytes, "sectors swapped");
            case 3:
                Sector(other).CopyTo(Sector(one));
                return (bytes, "stale or doubled sector");
            case 4:
                Sector(one).Clear();
                return (bytes, "sector zeroed");
            case 5:
                for (var i = random.Between(1, 8); i > 0; i--)
                {
                    Sector(random.Below(sectors)).Clear();
                }

                return (bytes, "sectors zeroed");
            default:
                return (bytes[..random.Below(bytes.Length)], "file cut short");
        }
    }

    /// <summary>
    /// Returns the segment with one order's client id changed and its group's own checksums right: only the chain, in the group behind it, can tell.
    /// Null when there is no such group.
    /// </summary>
    public static byte[]? Forged(byte[] file, bool isLastSegment, SplitMix64 random)
    {
        var bytes = (byte[])file.Clone();
        var header = SegmentHeader.Read(bytes.AsSpan(0, JournalFormat.SegmentHeaderSize), "");
        List<int> groups = [];
        for (var offset = JournalFormat.SegmentHeaderSize; offset < bytes.Length && GroupHeader.Verifies(bytes.AsSpan(offset));)
        {
            groups.Add(offset);
            offset += JournalFormat.Extent(GroupHeader.Read(bytes.AsSpan(offset)).PayloadLength, header.GroupAlignment);
        }

        var candidates = groups.SkipLast(isLastSegment ? 1 : 0).Where(offset => TryChangeClientId(RecordsAt(offset), change: false)).ToList();
        if (candidates.Count == 0)
        {
            return null;
        }

        var chosen = random.Pick(candidates);
        var group = GroupHeader.Read(bytes.AsSpan(chosen));
        TryChangeClientId(RecordsAt(chosen), change: true);
        group.ZeroSectors = JournalChecksum.CountZeroSectors(bytes.AsSpan(chosen, JournalFormat.Extent(group.PayloadLength, header.GroupAlignment)));
        group.Write(bytes.AsSpan(chosen, JournalFormat.GroupHeaderSize + group.PayloadLength));
        return bytes;

        Span<byte> RecordsAt(int offset) =>
            bytes.AsSpan(offset + JournalFormat.GroupHeaderSize, GroupHeader.Read(bytes.AsSpan(offset)).PayloadLength);
    }

    /// <summary>Finds the first placement with a client id among the records and, where asked, changes a character of it.</summary>
    private static bool TryChangeClientId(Span<byte> records, bool change)
    {
        for (var rest = records; !rest.IsEmpty;)
        {
            var record = MemoryMarshal.Read<RecordHeader>(rest);
            CommandSlot slot = default;
            var body = rest.Slice(RecordHeader.Size, record.BodyLength);
            if (record.CommandType == CommandType.PlaceOrder && TradingCommandCodec.TryRead(record.CommandType, body, ref slot) && !slot.ClientOrderId.IsEmpty)
            {
                if (change)
                {
                    var id = slot.ClientOrderId.ToString();
                    slot.ClientOrderId = ClientOrderId.From((id[0] == 'z' ? "y" : "z") + id[1..]);
                    TradingCommandCodec.Write(in slot, body);
                }

                return true;
            }

            rest = rest[record.Length..];
        }

        return false;
    }

    /// <summary>Returns the snapshot with the hash of another journal's group in it, and every checksum right: only the journal can tell.</summary>
    public static byte[] ForgedSnapshot(byte[] file)
    {
        var bytes = (byte[])file.Clone();
        var header = SnapshotHeader.Read(bytes.AsSpan(0, SnapshotFormat.HeaderSize), "");
        (header with { ChainHash = header.ChainHash ^ 0x10 }).Write(bytes.AsSpan(0, SnapshotFormat.HeaderSize));
        return bytes;
    }
}
