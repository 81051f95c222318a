using System.Buffers.Binary;
using System.Text;
using Exchange.Matching.Journal;

namespace Exchange.Matching.Snapshot;

/// <summary>The first block of a snapshot, as <see cref="SnapshotFormat"/> draws it. Immutable.</summary>
public sealed record SnapshotHeader
{
    private const int BuildIdOffset = 60;
    private const int CrcOffset = 4092;

    /// <summary>By which rules the journal is executed.</summary>
    public required int LogicVersion { get; init; }

    /// <summary>The state is that behind this record.</summary>
    public required long Sequence { get; init; }

    public required long Epoch { get; init; }

    /// <summary>Hash of the journal's group that ends with the record.</summary>
    public required ulong ChainHash { get; init; }

    /// <summary>Journal time, microseconds.</summary>
    public required long TimeUs { get; init; }

    public required ulong StateHash { get; init; }

    /// <summary>Which build wrote it; at most 256 bytes of UTF-8.</summary>
    public required string BuildId { get; init; }

    /// <summary>Fills <paramref name="bytes"/> (4096).</summary>
    internal void Write(Span<byte> bytes)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SnapshotFormat.Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], SnapshotFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], LogicVersion);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], ChainHash);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], TimeUs);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], StateHash);
        var length = Encoding.UTF8.GetBytes(BuildId, bytes.Slice(BuildIdOffset, SnapshotFormat.MaxBuildIdBytes));
        BinaryPrimitives.WriteInt32LittleEndian(bytes[56..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[CrcOffset..], JournalChecksum.Crc32C(bytes[..CrcOffset]));
    }

    /// <summary>Returns the header of <paramref name="bytes"/> (4096).</summary>
    /// <exception cref="SnapshotDamagedException">Magic, version, checksum or a field is not what this build writes.</exception>
    internal static SnapshotHeader Read(ReadOnlySpan<byte> bytes, string file)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != SnapshotFormat.Magic)
        {
            throw new SnapshotDamagedException($"{file}, offset 0: it does not begin with the magic number of a snapshot");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]) != JournalChecksum.Crc32C(bytes[..CrcOffset]))
        {
            throw new SnapshotDamagedException($"{file}, offset 0: the checksum of the header does not match");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != SnapshotFormat.Version)
        {
            throw new SnapshotDamagedException($"{file}, offset 8: format version {version} is unknown to this build, which reads version {SnapshotFormat.Version}");
        }

        return new SnapshotHeader
        {
            LogicVersion = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            Epoch = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            ChainHash = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            TimeUs = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            StateHash = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
            BuildId = Encoding.UTF8.GetString(
                bytes.Slice(BuildIdOffset, Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(bytes[56..]), 0, SnapshotFormat.MaxBuildIdBytes))),
        };
    }
}
