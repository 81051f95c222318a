using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>One open file of a <see cref="FileStorage"/>. Not thread-safe. A failed sync is kept: every later call fails with it.</summary>
internal sealed class StorageFile : IStorageFile
{
    private readonly string _name;
    private readonly bool _writesAreDurable;
    private int _descriptor;
    private StorageException? _syncFailure;

    /// <param name="descriptor">Owned from here on.</param>
    /// <param name="name">For messages.</param>
    /// <param name="directAlignment">Alignment of a file open with O_DIRECT|O_DSYNC, bytes; 0 for any other.</param>
    public StorageFile(int descriptor, string name, int directAlignment)
    {
        _descriptor = descriptor;
        _name = name;
        _writesAreDurable = directAlignment > 0;
        WriteAlignment = Math.Max(1, directAlignment);
    }

    // Why: a handle that was forgotten must not leak its descriptor.
    ~StorageFile() => Close();

    public int WriteAlignment { get; }

    public long Length
    {
        get
        {
            var length = LibC.Length(Usable());
            return length >= 0 ? length : throw new StorageException("length", _name, (int)-length);
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        var read = LibC.Read(Usable(), buffer, offset);
        return read >= 0 ? read : throw new StorageException("read", _name, -read);
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        var descriptor = Usable();
        while (!bytes.IsEmpty)
        {
            var written = LibC.Write(descriptor, bytes, offset);
            if (written <= 0)
            {
                throw new StorageException("write", _name, written == 0 ? LibC.InputOutputError : -written);
            }

            bytes = bytes[written..];
            offset += written;
        }
    }

    public void Sync()
    {
        var descriptor = Usable();
        if (_writesAreDurable)
        {
            return;
        }

        var result = LibC.SyncData(descriptor);
        if (result < 0)
        {
            _syncFailure = new StorageException("fdatasync", _name, -result);
            throw _syncFailure;
        }
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private int Usable()
    {
        ObjectDisposedException.ThrowIf(_descriptor < 0, this);
        return _syncFailure is null ? _descriptor : throw new StorageException("use after a failed sync", _name, _syncFailure.Errno);
    }

    private void Close()
    {
        if (_descriptor >= 0)
        {
            LibC.Close(_descriptor);
            _descriptor = -1;
        }
    }
}
