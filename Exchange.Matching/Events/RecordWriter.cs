using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Events;

/// <summary>
/// Writes one record into a reserved span: header room, body, then events. Engine thread (live) or recovery (replay); allocates nothing.
/// The span must have room for the largest record (`MatchingEngine.MaxRecordLength`); a longer one throws before it writes beyond.
/// </summary>
public ref struct RecordWriter
{
    private readonly Span<byte> _destination;
    private int _length;
    private int _bodyLength;

    public RecordWriter(Span<byte> destination)
    {
        _destination = destination;
        _length = RecordHeader.Size;
    }

    /// <summary>The room behind the header, for the command's body; <see cref="EndBody"/> says how much of it was used.</summary>
    public readonly Span<byte> BodyRoom => _destination[RecordHeader.Size..];

    /// <summary>Finishes the body; events follow. Called again, it drops every event written so far.</summary>
    public void EndBody(int bodyLength)
    {
        _bodyLength = bodyLength;
        _length = RecordHeader.Size + bodyLength;
    }

    /// <summary>Drops every event written so far.</summary>
    public void DropEvents() => _length = RecordHeader.Size + _bodyLength;

    /// <summary>Appends an event: every field must be assigned, the bytes are not cleared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(in T happened)
        where T : unmanaged
    {
        MemoryMarshal.Write(_destination[_length..], in happened);
        _length += Unsafe.SizeOf<T>();
    }

    public void Reject(RejectReason reason) => Append(new CommandRejected { Type = EventType.CommandRejected, Reason = reason });

    /// <summary>Writes the header; returns the record's length in bytes.</summary>
    public readonly int Finish(CommandType type, RecordFlags flags, long sequence, long timeUs)
    {
        MemoryMarshal.Write(_destination, new RecordHeader
        {
            Length = _length,
            CommandType = type,
            Flags = flags,
            BodyLength = (ushort)_bodyLength,
            Sequence = sequence,
            TimeUs = timeUs,
        });
        return _length;
    }
}
