using System.Buffers.Binary;
using System.Text;

namespace Exchange.Matching.Journal;

/// <summary>The first block of a segment, as <see cref="JournalFormat"/> draws it. Immutable.</summary>
public sealed record SegmentHeader
{
    private const int BuildIdOffset = 68;
    private const int CrcOffset = 4092;

    /// <summary>Bytes: 512 or 4096.</summary>
    public required int GroupAlignment { get; init; }

    /// <summary>From 1, without gaps.</summary>
    public required long Number { get; init; }

    public required long FirstSequence { get; init; }

    public required long Epoch { get; init; }

    /// <summary>Hash of the last group before this segment.</summary>
    public required ulong ChainHash { get; init; }

    /// <summary>Journal time of the first record, microseconds.</summary>
    public required long CreatedUs { get; init; }

    /// <summary>Length of the file in bytes.</summary>
    public required long SegmentBytes { get; init; }

    /// <summary>Which build wrote the segment; at most 256 bytes of UTF-8.</summary>
    public required string BuildId { get; init; }

    /// <summary>Fills <paramref name="block"/> (4096 bytes).</summary>
    public void Write(Span<byte> block)
    {
        block.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(block, JournalFormat.SegmentMagic);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], JournalFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], GroupAlignment);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(block[40..], ChainHash);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], CreatedUs);
        BinaryPrimitives.WriteInt64LittleEndian(block[56..], SegmentBytes);
        var length = Encoding.UTF8.GetBytes(BuildId, block.Slice(BuildIdOffset, JournalFormat.MaxBuildIdBytes));
        BinaryPrimitives.WriteInt32LittleEndian(block[64..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], JournalChecksum.Crc32C(block[..CrcOffset]));
    }

    /// <summary>Returns the header of <paramref name="block"/> (4096 bytes).</summary>
    /// <exception cref="JournalDamagedException">Magic, version, checksum or a field is not what this build writes.</exception>
    internal static SegmentHeader Read(ReadOnlySpan<byte> block, string file)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(block) != JournalFormat.SegmentMagic)
        {
            throw new JournalDamagedException(file, 0, "it does not begin with the magic number of a segment");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(block[8..]);
        if (version != JournalFormat.Version)
        {
            throw new JournalDamagedException(file, 8, $"format version {version} is unknown to this build, which reads version {JournalFormat.Version}");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(block[CrcOffset..]) != JournalChecksum.Crc32C(block[..CrcOffset]))
        {
            throw new JournalDamagedException(file, 0, "the checksum of the segment header does not match");
        }

        var buildIdLength = BinaryPrimitives.ReadInt32LittleEndian(block[64..]);
        var header = new SegmentHeader
        {
            GroupAlignment = BinaryPrimitives.ReadInt32LittleEndian(block[12..]),
            Number = BinaryPrimitives.ReadInt64LittleEndian(block[16..]),
            FirstSequence = BinaryPrimitives.ReadInt64LittleEndian(block[24..]),
            Epoch = BinaryPrimitives.ReadInt64LittleEndian(block[32..]),
            ChainHash = BinaryPrimitives.ReadUInt64LittleEndian(block[40..]),
            CreatedUs = BinaryPrimitives.ReadInt64LittleEndian(block[48..]),
            SegmentBytes = BinaryPrimitives.ReadInt64LittleEndian(block[56..]),
            BuildId = Encoding.UTF8.GetString(block.Slice(BuildIdOffset, Math.Clamp(buildIdLength, 0, JournalFormat.MaxBuildIdBytes))),
        };
        if (header.GroupAlignment is not (JournalFormat.SectorSize or JournalFormat.PageSize)
            || header.Number < 1
            || header.FirstSequence < 1
            || header.SegmentBytes < JournalFormat.MinSegmentBytes
            || header.SegmentBytes % JournalFormat.PageSize != 0
            || buildIdLength is < 0 or > JournalFormat.MaxBuildIdBytes)
        {
            throw new JournalDamagedException(file, 0, $"the segment header verifies, but its fields are out of range: {header}");
        }

        return header;
    }
}
