using System.Runtime.InteropServices;

namespace Exchange.Matching.Journal;

/// <summary>Head of a record group, as <see cref="JournalFormat"/> draws it.</summary>
[StructLayout(LayoutKind.Explicit, Size = JournalFormat.GroupHeaderSize)]
public struct GroupHeader
{
    [FieldOffset(0)] public uint Magic;

    /// <summary>CRC32C of bytes 8..59 and the payload.</summary>
    [FieldOffset(4)] public uint Crc;

    /// <summary>Bytes.</summary>
    [FieldOffset(8)] public int PayloadLength;

    [FieldOffset(12)] public int RecordCount;
    [FieldOffset(16)] public long FirstSequence;
    [FieldOffset(24)] public long LastSequence;
    [FieldOffset(32)] public long Epoch;

    /// <summary>Journal time of the first record, microseconds.</summary>
    [FieldOffset(40)] public long TimeUs;

    [FieldOffset(48)] public ulong PreviousHash;

    /// <summary>Sectors of the extent that are all zero as written.</summary>
    [FieldOffset(56)] public int ZeroSectors;

    /// <summary>CRC32C of bytes 0..59.</summary>
    [FieldOffset(60)] public uint HeaderCrc;

    private const int CrcStart = 8;
    private const int HeaderCrcOffset = 60;

    /// <summary>Returns the header at the start of <paramref name="bytes"/>, unchecked.</summary>
    public static GroupHeader Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<GroupHeader>(bytes);

    /// <summary>Returns whether <paramref name="bytes"/> begin with a group header that verifies by itself: magic, own checksum, lengths.</summary>
    public static bool Verifies(ReadOnlySpan<byte> bytes)
    {
        var header = Read(bytes);
        return header.Magic == JournalFormat.GroupMagic
            && header.HeaderCrc == JournalChecksum.Crc32C(bytes[..HeaderCrcOffset])
            && header.PayloadLength is > 0 and <= JournalFormat.MaxPayloadBytes;
    }

    /// <summary>Returns whether header and payload verify together.</summary>
    /// <param name="group">Header and payload, without padding.</param>
    public static bool PayloadVerifies(ReadOnlySpan<byte> group) => Read(group).Crc == CrcOf(group);

    /// <summary>Writes the header with both checksums in front of the payload that stands in <paramref name="group"/> already.</summary>
    /// <param name="group">Header and payload, without padding.</param>
    public readonly void Write(Span<byte> group)
    {
        var header = this;
        header.Magic = JournalFormat.GroupMagic;
        MemoryMarshal.Write(group, header);
        header.Crc = CrcOf(group);
        MemoryMarshal.Write(group, header);
        header.HeaderCrc = JournalChecksum.Crc32C(group[..HeaderCrcOffset]);
        MemoryMarshal.Write(group, header);
    }

    private static uint CrcOf(ReadOnlySpan<byte> group) =>
        JournalChecksum.Crc32C(group[CrcStart..HeaderCrcOffset], group[JournalFormat.GroupHeaderSize..]);
}
