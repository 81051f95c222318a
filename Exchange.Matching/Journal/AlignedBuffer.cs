using System.Runtime.InteropServices;

namespace Exchange.Matching.Journal;

/// <summary>
/// Native memory that begins on a page, as direct writes need it; its bytes are anything at first. Owned by one thread. Spans of it end with
/// <see cref="Dispose"/>.
/// </summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private byte* _memory;

    /// <param name="length">Bytes, at least 1.</param>
    public AlignedBuffer(int length)
    {
        // Safety: freed once, in Dispose or the finalizer, whichever comes first.
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, JournalFormat.PageSize);
        Length = length;
    }

    ~AlignedBuffer() => Free();

    public int Length { get; }

    // Safety: the memory is Length bytes long and lives until Dispose.
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return new Span<byte>(_memory, Length);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
