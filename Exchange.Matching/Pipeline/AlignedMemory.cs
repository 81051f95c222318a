using System.Runtime.CompilerServices;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Bytes that never move, begin on a cache line, are zero at first and already backed by memory: the first lap through a ring
/// takes no page faults. They live on the heap of pinned objects, so nothing has to free them and no reader can outlive them.
/// </summary>
internal sealed unsafe class AlignedMemory
{
    /// <summary>Two cache lines of 64 bytes: processors fetch them in pairs.</summary>
    public const int Alignment = 128;

    private readonly byte[] _bytes;

    /// <summary>Takes <paramref name="size"/> bytes, at least 1.</summary>
    /// <exception cref="OutOfMemoryException">So much is not to be had.</exception>
    public AlignedMemory(int size)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(size + Alignment - 1, pinned: true);
        _bytes.AsSpan().Clear();

        // Safety: the array is pinned for its whole life, and the extra bytes leave room for `size` behind the aligned address.
        var address = (nint)Unsafe.AsPointer(ref _bytes[0]);
        Start = (byte*)((address + Alignment - 1) & -Alignment);
    }

    /// <summary>The first byte; valid while this object is reachable, so whoever keeps the pointer also keeps the object.</summary>
    public byte* Start { get; }
}
