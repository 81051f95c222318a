namespace Exchange.Orders;

/// <summary>An array that grows by whole chunks and never moves an element. Not thread-safe.</summary>
internal sealed class ChunkedArray<T>
    where T : struct
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private T[][] _chunks = [];

    public int Capacity => _chunks.Length << ChunkBits;

    public ref T this[int index] => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>Makes <paramref name="index"/> valid; new elements are default.</summary>
    public void EnsureIndex(int index)
    {
        while (index >= Capacity)
        {
            Array.Resize(ref _chunks, _chunks.Length + 1);
            _chunks[^1] = new T[ChunkSize];
        }
    }
}
