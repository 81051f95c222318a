using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Types;

/// <summary>
/// A growing array whose elements never move: it grows by whole chunks, so that growth costs one allocation and never a copy. A chunk begins on a
/// cache line, so elements of 64 bytes are a line each. The collector's memory: whoever forgets the array has freed it. One writer thread.
/// </summary>
public sealed class ChunkedArray<T>
    where T : unmanaged
{
    private const int ChunkBits = 12;
    private const int ChunkLength = 1 << ChunkBits;
    private const int LineSize = 64;

    private Chunk[] _chunks = new Chunk[16];
    private int _chunkCount;

    /// <param name="Bytes">Pinned, with room for a line more than the elements need.</param>
    /// <param name="Offset">Of the first element in the bytes.</param>
    private readonly record struct Chunk(byte[] Bytes, int Offset);

    /// <summary>Elements that exist now.</summary>
    public int Length => _chunkCount << ChunkBits;

    public ref T this[int index]
    {
        // Safety: the chunk lookup is bounds-checked and an unmade chunk has no bytes to refer to; behind the offset every chunk has room for
        // ChunkLength elements, and the masked index is below that.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ref readonly var chunk = ref _chunks[index >> ChunkBits];
            ref var first = ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(chunk.Bytes), chunk.Offset);
            return ref Unsafe.Add(ref Unsafe.As<byte, T>(ref first), index & (ChunkLength - 1));
        }
    }

    /// <summary>Grows until <paramref name="index"/> is valid; new elements are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EnsureIndex(int index)
    {
        while (index >= Length)
        {
            Grow();
        }
    }

    /// <summary>Adds one chunk of zeroed elements.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Grow()
    {
        if (_chunkCount == _chunks.Length)
        {
            // Copies references to chunks (16 bytes per 4,096 elements), not elements.
            Array.Resize(ref _chunks, _chunks.Length * 2);
        }

        var bytes = GC.AllocateArray<byte>(ChunkLength * Unsafe.SizeOf<T>() + LineSize, pinned: true);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        _chunks[_chunkCount++] = new Chunk(bytes, (int)(-start & (LineSize - 1)));
    }
}
