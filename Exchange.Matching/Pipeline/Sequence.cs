using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// A position in a ring: one long, alone on its cache lines, so that a thread that writes it never slows down a thread that
/// works on a neighbour. 128 bytes on each side keep also the prefetcher of adjacent lines away.
/// One thread writes, except through <see cref="CompareAndSet"/>; every thread may read.
/// <code>
///   0  128 spare | 128  value (8) | 136  128 spare
/// </code>
/// </summary>
public sealed class Sequence
{
    private const int Padding = 128;

    private PaddedLong _padded;

    /// <summary>Starts at <paramref name="value"/>: the position before the first one, where nothing has happened yet.</summary>
    public Sequence(long value)
    {
        Value = value;
    }

    /// <summary>
    /// Reads acquire: what the writer stored before this value is seen by what the reader does next.
    /// Writes release: what the writer stored before is visible no later than this value. Neither orders a write before a
    /// later read; who needs that (see <see cref="WaitStrategy.SignalAll"/>) adds a full fence.
    /// </summary>
    public long Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _padded.Value);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Volatile.Write(ref _padded.Value, value);
    }

    /// <summary>
    /// Sets <paramref name="next"/> where the value still is <paramref name="expected"/>; returns whether it was. A full
    /// fence either way: of several writers exactly one wins each value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CompareAndSet(long expected, long next) => Interlocked.CompareExchange(ref _padded.Value, next, expected) == expected;

    // Why a struct: the runtime pads a struct to its declared size, but drops the padding behind the last field of a class.
    [StructLayout(LayoutKind.Explicit, Size = Padding + sizeof(long) + Padding)]
    private struct PaddedLong
    {
        [FieldOffset(Padding)] public long Value;
    }
}
