using Exchange.Matching.Ports;

namespace Exchange.Replication.Archive;

/// <summary>Gets a piece of an object; returns its bytes.</summary>
internal delegate int GetRange(long offset, int length, byte[] into);

/// <summary>
/// An object read as a file: a small piece first, since of most segments only the header is read; large ones once it is read on. One thread.
/// </summary>
internal sealed class S3File(GetRange get, long length) : IStorageFile
{
    private const int FirstBytes = 16 << 10;
    private const int NextBytes = 8 << 20;

    private byte[] _piece = [];
    private long _offset;
    private int _count;

    public long Length => length;

    public int WriteAlignment => 1;

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset >= length || buffer.IsEmpty)
        {
            return 0;
        }

        if (offset < _offset || offset >= _offset + _count)
        {
            var wanted = (int)Math.Min(length - offset, _piece.Length == 0 ? Math.Max(FirstBytes, Math.Min(buffer.Length, NextBytes)) : NextBytes);
            if (_piece.Length < wanted)
            {
                _piece = new byte[wanted];
            }

            _count = 0;
            _count = get(offset, wanted, _piece);
            _offset = offset;
            if (_count < wanted)
            {
                throw new ArchiveException($"the archive gave {_count} bytes of {wanted} at {offset}");
            }
        }

        var available = _piece.AsSpan((int)(offset - _offset), (int)(_offset + _count - offset));
        var read = Math.Min(available.Length, buffer.Length);
        available[..read].CopyTo(buffer);
        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => throw new NotSupportedException("an archived file is never written again");

    public void Sync() => throw new NotSupportedException("an archived file is never written again");

    public void Dispose() => _piece = [];
}
