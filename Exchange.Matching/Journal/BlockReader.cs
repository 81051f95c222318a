using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>Reads one file forwards in large blocks and shows any stretch of it as one span. Owned by one thread.</summary>
internal sealed class BlockReader : IDisposable
{
    private const int BlockBytes = 1 << 18;
    private const int FirstBlockBytes = 1 << 14;

    private readonly AlignedBuffer _buffer = new(JournalFormat.MaxGroupBytes + BlockBytes);
    private IStorageFile? _file;
    private string _name = "";
    private long _fileLength;
    private long _start;
    private int _length;
    private int _readAhead;

    /// <summary>Turns to another file, which it closes in the end.</summary>
    public void Open(IStorageFile file, string name)
    {
        Close();
        _file = file;
        _name = name;
        _fileLength = file.Length;
        _start = 0;
        _length = 0;
        _readAhead = FirstBlockBytes;
    }

    public void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Returns the bytes at <paramref name="offset"/>; valid until the next call.</summary>
    /// <param name="offset">Bytes from the start of the file; going back costs a fresh read.</param>
    /// <param name="length">At most <see cref="JournalFormat.MaxGroupBytes"/>.</param>
    /// <exception cref="JournalDamagedException">The file ends before.</exception>
    public ReadOnlySpan<byte> Get(long offset, int length)
    {
        if (offset < _start || offset + length > _start + _length)
        {
            Fill(offset, length);
        }

        return _buffer.Span.Slice((int)(offset - _start), length);
    }

    /// <summary>Returns the offset of the first byte at or after <paramref name="offset"/> that is not zero, or -1.</summary>
    public long FindNonZero(long offset)
    {
        while (offset < _fileLength)
        {
            var block = Get(offset, (int)Math.Min(BlockBytes, _fileLength - offset));
            var index = block.IndexOfAnyExcept((byte)0);
            if (index >= 0)
            {
                return offset + index;
            }

            offset += block.Length;
        }

        return -1;
    }

    /// <summary>Drops what was read ahead: the file may have changed behind the part that was looked at.</summary>
    public void Forget()
    {
        _length = 0;
        _readAhead = FirstBlockBytes;
    }

    public void Dispose()
    {
        Close();
        _buffer.Dispose();
    }

    private void Fill(long offset, int length)
    {
        var buffer = _buffer.Span;
        var kept = 0;
        if (offset >= _start && offset < _start + _length)
        {
            var keptFrom = (int)(offset - _start);
            kept = _length - keptFrom;
            buffer.Slice(keptFrom, kept).CopyTo(buffer);
        }

        _start = offset;
        _length = kept;
        var wanted = (int)Math.Min(Math.Max(length, kept + _readAhead), Math.Min(buffer.Length, _fileLength - offset));
        _readAhead = Math.Min(_readAhead * 2, BlockBytes);
        while (_length < wanted)
        {
            var read = _file!.Read(buffer[_length..wanted], _start + _length);
            if (read == 0)
            {
                break;
            }

            _length += read;
        }

        if (_length < length)
        {
            throw new JournalDamagedException(_name, _start + _length, $"the file ends here, short of {length - _length} bytes");
        }
    }
}
