using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Events;

/// <summary>
/// Writes one record into a reserved span: header room, body, then events, each straight into its place. Engine thread (live) or recovery
/// (replay); allocates nothing.
/// The span must have room for the largest record (`MatchingEngine.MaxRecordLength`); a longer one throws before it writes beyond.
/// </summary>
public ref struct RecordWriter
{
    private readonly ref byte _start;
    private readonly int _capacity;
    private int _length;
    private int _bodyLength;

    /// <exception cref="ArgumentException">The span is shorter than a header.</exception>
    public RecordWriter(Span<byte> destination)
    {
        if (destination.Length < RecordHeader.Size)
        {
            ThrowNoRoom(RecordHeader.Size, destination.Length);
        }

        _start = ref MemoryMarshal.GetReference(destination);
        _capacity = destination.Length;
        _length = RecordHeader.Size;
    }

    /// <summary>The room behind the header, for the command's body; <see cref="EndBody"/> says how much of it was used.</summary>
    // Safety: the constructor has checked that the header fits.
    public readonly Span<byte> BodyRoom
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateSpan(ref Unsafe.Add(ref _start, RecordHeader.Size), _capacity - RecordHeader.Size);
    }

    /// <summary>Where the body begins: for who knows that it fits.</summary>
    [UnscopedRef]
    internal readonly ref byte Body
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref _start, RecordHeader.Size);
    }

    /// <summary>Finishes the body; events follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndBody(int bodyLength)
    {
        _bodyLength = bodyLength;
        _length = RecordHeader.Size + bodyLength;
    }

    /// <summary>
    /// Appends an event and returns it, for the caller to assign every field: the bytes are those of an older record. Why not a value that is
    /// copied: a struct that was just built from small fields cannot be read back in large pieces before all its stores are done.
    /// </summary>
    // Safety: the room is checked, and event structs are packed, so any address is aligned for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [UnscopedRef]
    public ref T Add<T>()
        where T : unmanaged => ref Add<T>(1);

    /// <summary>As above, for some events side by side; returns the first.</summary>
    /// <param name="count">1 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [UnscopedRef]
    public ref T Add<T>(int count)
        where T : unmanaged
    {
        var (length, size) = (_length, count * Unsafe.SizeOf<T>());
        if (length > _capacity - size)
        {
            ThrowNoRoom(size, _capacity - length);
        }

        _length = length + size;
        return ref Unsafe.As<byte, T>(ref Unsafe.Add(ref _start, length));
    }

    /// <summary>Appends an event: every field must be assigned, the bytes are not cleared.</summary>
    public void Append<T>(in T happened)
        where T : unmanaged => Add<T>() = happened;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Reject(RejectReason reason) => Append(new CommandRejected { Type = EventType.CommandRejected, Reason = reason });

    /// <summary>Writes the header; returns the record's length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Finish(CommandType type, RecordFlags flags, long sequence, long timeUs)
    {
        // Safety: the constructor has checked that the header fits; it may stand at any address.
        ref var header = ref Unsafe.As<byte, RecordHeader>(ref _start);
        Unsafe.WriteUnaligned(ref Unsafe.As<int, byte>(ref header.Length), _length);
        header.CommandType = type;
        header.Flags = flags;
        Unsafe.WriteUnaligned(ref Unsafe.As<ushort, byte>(ref header.BodyLength), (ushort)_bodyLength);
        Unsafe.WriteUnaligned(ref Unsafe.As<long, byte>(ref header.Sequence), sequence);
        Unsafe.WriteUnaligned(ref Unsafe.As<long, byte>(ref header.TimeUs), timeUs);
        return _length;
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowNoRoom(int size, int available) =>
        throw new ArgumentException($"the record needs {size} bytes more, {available} are left");
}
