using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Types;

/// <summary>
/// A growing array whose elements never move: it grows by whole chunks, so that growth costs one allocation and never a copy.
/// One writer thread.
/// </summary>
public sealed class ChunkedArray<T>
    where T : unmanaged
{
    private const int ChunkBits = 12;
    private const int ChunkLength = 1 << ChunkBits;

    private T[][] _chunks = new T[16][];
    private int _chunkCount;

    /// <summary>Elements that exist now.</summary>
    public int Length => _chunkCount << ChunkBits;

    public ref T this[int index]
    {
        // Safety: the chunk lookup is bounds-checked, every chunk has ChunkLength elements, and the masked index is below that.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_chunks[index >> ChunkBits]), index & (ChunkLength - 1));
    }

    /// <summary>Grows until <paramref name="index"/> is valid; new elements are zero.</summary>
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
            // Copies references to chunks (8 bytes per 4,096 elements), not elements.
            Array.Resize(ref _chunks, _chunks.Length * 2);
        }

        _chunks[_chunkCount++] = GC.AllocateArray<T>(ChunkLength, pinned: true);
    }
}
