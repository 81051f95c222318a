using System.Globalization;

namespace Exchange.Matching.Snapshot;

/// <summary>
/// The bytes of a snapshot. Little endian throughout. Checksums are CRC32C, as the journal's.
/// <code>
/// folder snapshot/
///   00000000000000052416.snap   the state behind this sequence, in 20 digits
///   next.tmp                    being written; of no use, and overwritten by the next one
///
/// file: header, blocks, the end block; nothing behind it
///
/// header, 4096 bytes
/// offset size
///      0    8  magic "XCHGSNAP"
///      8    4  version of the format
///     12    4  logic version of the journal's genesis; 0 before the first command
///     16    8  sequence: the state is that behind this record
///     24    8  epoch of the group that holds the record
///     32    8  chain hash: hash of that group, whose last record it is; the journal goes on with a group that carries it
///     40    8  journal time of the group's last record, microseconds since 1970-01-01 UTC
///     48    8  state hash of the engine, risk and ledger included
///     56    4  length of the build id in bytes, at most 256
///     60  256  build id, UTF-8, then zeros
///    316 3776  zeros
///   4092    4  CRC32C of bytes 0..4091
///
/// block
/// offset size
///      0    4  magic "XBLK"
///      4    4  CRC32C of bytes 8..31 and the payload
///      8    4  payload length in bytes, up to <see cref="MaxPayloadBytes"/>; 0 in the end block
///     12    4  number, from 0
///     16    8  sequence of the snapshot: a block of another one does not fit
///     24    8  bytes of content before this block
///     32       payload: the next bytes of the content, as <see cref="SnapshotContent"/> writes it
/// </code>
/// Why blocks: each is verified before a byte of it is used, and damage has a place.
/// </summary>
public static class SnapshotFormat
{
    /// <summary>Version of snapshots written. History: 1 = first. A snapshot of another version is not used.</summary>
    public const int Version = 1;

    /// <summary>"XCHGSNAP" read as a little-endian number.</summary>
    public const ulong Magic = 0x50414E53_47484358;

    /// <summary>"XBLK" read as a little-endian number.</summary>
    public const uint BlockMagic = 0x4B4C4258;

    public const int HeaderSize = 4096;

    public const int BlockHeaderSize = 32;

    /// <summary>Largest payload of a block in bytes.</summary>
    public const int MaxPayloadBytes = 256 * 1024;

    /// <summary>Most UTF-8 bytes of a build id.</summary>
    public const int MaxBuildIdBytes = 256;

    public const string Suffix = ".snap";

    private const int NameDigits = 20;

    /// <summary>Returns the name of the snapshot behind <paramref name="sequence"/>, without the folder.</summary>
    public static string FileName(long sequence) => sequence.ToString("D20", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>Reads the sequence out of a name without folder; false for a name that no snapshot has.</summary>
    public static bool TryParseName(string file, out long sequence)
    {
        sequence = 0;
        return file.Length == NameDigits + Suffix.Length
            && file.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(file.AsSpan(0, NameDigits), NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }
}
