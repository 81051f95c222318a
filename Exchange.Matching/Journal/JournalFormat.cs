namespace Exchange.Matching.Journal;

/// <summary>
/// The bytes of the journal. Little endian throughout. Checksums are CRC32C (Castagnoli, start and final inversion).
/// <code>
/// folder journal/
///   00000000000000000001.seg   a segment, named by its first sequence in 20 digits
///   next.tmp                   the segment in preparation; removed at the next open
///   reserve.tmp                the segment for a full disk; removed at the next open
///
/// segment: preallocated, zero-filled, of the length that its header states
/// 0          4096                                                                            segment length
/// ┌──────────┬─────────────┬───────┬───────────────────────────┬────────────────────────────┐
/// │ segment  │ group       │ group │ group                     │ zeros                      │
/// │ header   │             │       │                           │                            │
/// └──────────┴─────────────┴───────┴───────────────────────────┴────────────────────────────┘
///            each group starts on a multiple of the segment's group alignment (512 or 4096) and is padded with zeros to one
///
/// segment header, 4096 bytes
/// offset size
///      0    8  magic "XCHGJRNL"
///      8    4  version of the format
///     12    4  group alignment in bytes: 512, or 4096 where the file system writes no less
///     16    8  segment number, from 1, without gaps
///     24    8  first sequence: that of the first record written here
///     32    8  epoch when the segment was begun
///     40    8  chain hash at its start: hash of the last group of the segment before
///     48    8  created: journal time of its first record, microseconds since 1970-01-01 UTC
///     56    8  length of the file in bytes
///     64    4  length of the build id in bytes, at most 256
///     68  256  build id, UTF-8, then zeros
///    324 3768  zeros
///   4092    4  CRC32C of bytes 0..4091
///
/// group: header, payload, zeros up to the group alignment. Its extent is all three.
/// offset size
///      0    4  magic "XGRP"
///      4    4  CRC32C of bytes 8..59 and the payload
///      8    4  payload length in bytes, 1 to <see cref="MaxPayloadBytes"/>
///     12    4  record count
///     16    8  first sequence
///     24    8  last sequence = first sequence + record count - 1
///     32    8  epoch, never falling along the journal
///     40    8  time of the first record, microseconds
///     48    8  hash of the previous group: the chain. A hash covers the whole 64-byte header, which contains both checksums
///     56    4  zero sectors: 512-byte sectors of the extent that are all zero as written
///     60    4  CRC32C of bytes 0..59
///     64       payload: whole records, one after another, as <see cref="Events.RecordHeader"/> draws them
/// </code>
/// Why two checksums and the zero sectors: a torn group is told from a damaged one by sectors that were never written, so the extent
/// must be known even when the payload does not verify, and a sector that is zero by its content must not pass for a missing one.
/// The header lies within one sector, which a disk writes whole or not at all.
/// </summary>
public static class JournalFormat
{
    /// <summary>
    /// Version of segments written. History: 1 = first.
    /// A segment of another version refuses the start.
    /// </summary>
    public const int Version = 1;

    /// <summary>"XCHGJRNL" read as a little-endian number.</summary>
    public const ulong SegmentMagic = 0x4C4E524A_47484358;

    /// <summary>"XGRP" read as a little-endian number.</summary>
    public const uint GroupMagic = 0x50524758;

    public const int SegmentHeaderSize = 4096;

    public const int GroupHeaderSize = 64;

    /// <summary>Bytes that a disk writes whole or not at all.</summary>
    public const int SectorSize = 512;

    /// <summary>Largest group alignment, and the alignment of every buffer that is written from.</summary>
    public const int PageSize = 4096;

    /// <summary>Largest extent of a group in bytes.</summary>
    public const int MaxGroupBytes = 4 << 20;

    /// <summary>Largest payload of a group in bytes.</summary>
    public const int MaxPayloadBytes = MaxGroupBytes - GroupHeaderSize;

    public const long MinSegmentBytes = 64 << 10;

    public const long DefaultSegmentBytes = 64 << 20;

    /// <summary>Most UTF-8 bytes of a build id.</summary>
    public const int MaxBuildIdBytes = 256;

    /// <summary>The chain hash before the first group of all.</summary>
    public const ulong GenesisHash = 0x9E3779B9_7F4A7C15;

    public const string SegmentSuffix = ".seg";

    public const string TemporarySuffix = ".tmp";

    /// <summary>Returns the bytes from a group's start to the end of its padding.</summary>
    public static int Extent(int payloadLength, int groupAlignment) =>
        (GroupHeaderSize + payloadLength + groupAlignment - 1) & -groupAlignment;

    /// <summary>Returns the name of the segment that begins with <paramref name="firstSequence"/>, without the folder.</summary>
    public static string SegmentName(long firstSequence) =>
        firstSequence.ToString("D20", System.Globalization.CultureInfo.InvariantCulture) + SegmentSuffix;
}
