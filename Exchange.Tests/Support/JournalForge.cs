using System.Runtime.InteropServices;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;

namespace Exchange.Tests.Support;

/// <summary>
/// Changes bytes of a journaled record and seals group, chain and segments again, so that every checksum verifies: a journal that
/// only re-execution can tell from an honest one.
/// </summary>
internal static class JournalForge
{
    public delegate void Alteration(Span<byte> record);

    /// <summary>Alters the record of <paramref name="sequence"/>; its length, sequence and place stay.</summary>
    public static void Alter(FaultyDisk disk, long sequence, Alteration alteration)
    {
        var found = false;
        var chain = JournalFormat.GenesisHash;
        foreach (var (name, bytes) in disk.Contents().Where(file => file.Key.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)))
        {
            var header = SegmentHeader.Read(bytes.AsSpan(0, JournalFormat.SegmentHeaderSize), name) with { ChainHash = chain };
            header.Write(bytes.AsSpan(0, JournalFormat.SegmentHeaderSize));
            for (var offset = JournalFormat.SegmentHeaderSize; offset < bytes.Length && GroupHeader.Verifies(bytes.AsSpan(offset));)
            {
                var group = GroupHeader.Read(bytes.AsSpan(offset));
                var extent = bytes.AsSpan(offset, JournalFormat.Extent(group.PayloadLength, header.GroupAlignment));
                var sealedPart = extent[..(JournalFormat.GroupHeaderSize + group.PayloadLength)];
                if (sequence >= group.FirstSequence && sequence <= group.LastSequence)
                {
                    var record = RecordIn(sealedPart[JournalFormat.GroupHeaderSize..], sequence);
                    alteration(record);
                    found = true;
                    group.TimeUs = sequence == group.FirstSequence ? MemoryMarshal.Read<RecordHeader>(record).TimeUs : group.TimeUs;
                }

                group.PreviousHash = chain;
                group.ZeroSectors = JournalChecksum.CountZeroSectors(extent);
                group.Write(sealedPart);
                chain = JournalChecksum.ChainHash(sealedPart);
                offset += extent.Length;
            }

            disk.Put(name, bytes);
        }

        if (!found)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "the journal has no such record");
        }
    }

    /// <summary>Returns the segment that holds the record of <paramref name="sequence"/>, and where the record begins in it.</summary>
    public static (string File, long Offset) PlaceOf(FaultyDisk disk, long sequence)
    {
        var head = BitConverter.GetBytes(sequence);
        foreach (var (name, bytes) in disk.Contents().Where(file => file.Key.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)))
        {
            for (var offset = JournalFormat.SegmentHeaderSize; GroupHeader.Verifies(bytes.AsSpan(offset));)
            {
                var group = GroupHeader.Read(bytes.AsSpan(offset));
                var records = offset + JournalFormat.GroupHeaderSize;
                for (var at = records; at < records + group.PayloadLength; at += BitConverter.ToInt32(bytes, at))
                {
                    if (bytes.AsSpan(at + 8, sizeof(long)).SequenceEqual(head))
                    {
                        return (name, at);
                    }
                }

                offset += JournalFormat.Extent(group.PayloadLength, SegmentHeader.Read(bytes.AsSpan(0, JournalFormat.SegmentHeaderSize), name).GroupAlignment);
            }
        }

        throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "the journal has no such record");
    }

    private static Span<byte> RecordIn(Span<byte> records, long sequence)
    {
        while (true)
        {
            var header = MemoryMarshal.Read<RecordHeader>(records);
            if (header.Sequence == sequence)
            {
                return records[..header.Length];
            }

            records = records[header.Length..];
        }
    }
}
