using System.Runtime.InteropServices;
using Exchange.Matching.Commands;

namespace Exchange.Matching.Events;

/// <summary>
/// Head of a record: one command with all its events, exactly as the journal keeps it and as every consumer reads it.
/// Little endian, unaligned.
/// <code>
/// offset size
///      0    4  length of the record in bytes, this header included
///      4    1  command type
///      5    1  flags: 1 = more records of the same command follow (bounded work)
///      6    2  length of the command's body in bytes
///      8    8  sequence, from 1, without gaps
///     16    8  journal time, microseconds since 1970-01-01 UTC, never decreasing
///     24       command body, then the events one after another to the end of the record
/// </code>
/// The body of a trading command begins with account (4) and symbol (2): see <c>TradingCommandCodec</c>.
/// Changes to this layout are changes of the journal's format: see <c>JournalFormat</c>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct RecordHeader
{
    public const int Size = 24;

    [FieldOffset(0)] public int Length;
    [FieldOffset(4)] public CommandType CommandType;
    [FieldOffset(5)] public RecordFlags Flags;
    [FieldOffset(6)] public ushort BodyLength;
    [FieldOffset(8)] public long Sequence;
    [FieldOffset(16)] public long TimeUs;
}

/// <summary>Journaled: a bit is never reused.</summary>
[Flags]
public enum RecordFlags : byte
{
    None = 0,

    /// <summary>The command exceeded the bound of work; the next record continues it.</summary>
    Continues = 1,
}
