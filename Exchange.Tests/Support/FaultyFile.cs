using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>One file of a <see cref="FaultyDisk"/>: what a reader sees, what is durable, and the writes between the two.</summary>
internal sealed class FaultyFile(FaultyDisk disk, string name)
{
    /// <summary>Stands for every pending write of zeros up to its length: filling a segment costs no memory.</summary>
    private static readonly byte[] Zeros = new byte[1 << 20];

    private readonly List<(int Offset, ReadOnlyMemory<byte> Bytes)> _pending = [];
    private byte[] _current = [];
    private byte[] _durable = [];
    private int _length;
    private int _durableLength;

    public FaultyDisk Disk => disk;

    public ReadOnlySpan<byte> Current => _current.AsSpan(0, _length);

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        var end = checked((int)offset + bytes.Length);
        var growth = Math.Max(0, end - _length);
        var free = disk.FreeBytes();
        var full = growth > free;
        if (full)
        {
            bytes = bytes[..(int)Math.Max(0, bytes.Length - (growth - free))];
            end = (int)offset + bytes.Length;
        }

        Reserve(ref _current, end);
        bytes.CopyTo(_current.AsSpan((int)offset));
        _length = Math.Max(_length, end);
        _pending.Add(((int)offset, bytes.Length <= Zeros.Length && !bytes.ContainsAnyExcept((byte)0) ? Zeros.AsMemory(0, bytes.Length) : bytes.ToArray()));
        if (full)
        {
            throw new StorageException("write", name, FaultyDisk.NoSpace);
        }
    }

    public void Sync()
    {
        try
        {
            if (disk.Begin(DiskOperation.Sync, name) == DiskFault.Lie)
            {
                return;
            }
        }
        catch (StorageException)
        {
            LosePendingWrites();
            throw;
        }

        disk.CountSync(name, lost: this);
        foreach (var (offset, bytes) in _pending)
        {
            CopyToDurable(offset, bytes.Span);
        }

        Reserve(ref _durable, _length);
        _durableLength = _length;
        _pending.Clear();
    }

    /// <summary>What was pending counts as written, but a crash will bring back the old bytes: the page cache after a failed fsync.</summary>
    public void LosePendingWrites() => _pending.Clear();

    public void Replace(byte[] bytes)
    {
        _current = bytes;
        _durable = [.. bytes];
        _length = bytes.Length;
        _durableLength = bytes.Length;
        _pending.Clear();
    }

    public void FlipBit(int offset, int bit)
    {
        _current[offset] ^= (byte)(1 << bit);
        _durable[offset] ^= (byte)(1 << bit);
    }

    /// <summary>
    /// Draws which sectors of the pending writes reached the disk: all, none, a prefix of them or any subset. A lost sector keeps its old bytes;
    /// one that never had any is zero where the file reaches beyond it.
    /// </summary>
    public void KeepSomePendingWrites(Random random)
    {
        var shape = _pending.Count == 0 ? 0 : random.Next(4);
        var sectors = shape == 1 ? [] : PendingSectors();
        var prefix = shape == 2 ? random.Next(sectors.Count + 1) : sectors.Count;
        for (var i = 0; i < prefix; i++)
        {
            if (shape == 3 && random.Next(2) == 0)
            {
                continue;
            }

            CopyToDurable(sectors[i].Offset, sectors[i].Bytes.Span);
            _durableLength = Math.Max(_durableLength, sectors[i].Offset + sectors[i].Bytes.Length);
        }

        Reserve(ref _current, _durableLength);
        _durable.AsSpan(0, _durableLength).CopyTo(_current);
        _current.AsSpan(_durableLength).Clear();
        _length = _durableLength;
        _pending.Clear();
    }

    private List<(int Offset, ReadOnlyMemory<byte> Bytes)> PendingSectors()
    {
        var sectors = new List<(int Offset, ReadOnlyMemory<byte> Bytes)>();
        foreach (var (offset, bytes) in _pending)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var toSectorEnd = FaultyDisk.SectorSize - (offset + at) % FaultyDisk.SectorSize;
                var length = Math.Min(toSectorEnd, bytes.Length - at);
                sectors.Add((offset + at, bytes.Slice(at, length)));
                at += length;
            }
        }

        return sectors;
    }

    private void CopyToDurable(int offset, ReadOnlySpan<byte> bytes)
    {
        Reserve(ref _durable, offset + bytes.Length);
        bytes.CopyTo(_durable.AsSpan(offset));
    }

    private static void Reserve(ref byte[] bytes, int length)
    {
        if (bytes.Length < length)
        {
            Array.Resize(ref bytes, Math.Max(length, bytes.Length * 2));
        }
    }
}

/// <summary>An open <see cref="FaultyFile"/>.</summary>
internal sealed class FaultyHandle(FaultyFile file, string name, int writeAlignment) : IStorageFile
{
    private readonly int _generation = file.Disk.Generation;
    private bool _closed;

    public long Length => Check("length").Current.Length;

    public int WriteAlignment => writeAlignment;

    public int Read(Span<byte> buffer, long offset)
    {
        var current = Check("read").Current;
        file.Disk.Begin(DiskOperation.Read, name);
        if (file.Disk.ReadFails?.Invoke(name, offset) == true)
        {
            throw new StorageException("read", name, FaultyDisk.InputOutputError);
        }

        if (offset >= current.Length)
        {
            return 0;
        }

        var count = (int)Math.Min(buffer.Length, current.Length - offset);
        current.Slice((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        Check("write");
        if (offset % writeAlignment != 0 || bytes.Length % writeAlignment != 0)
        {
            throw new StorageException("write", name, errno: 22);
        }

        var fault = file.Disk.Begin(DiskOperation.Write, name);
        file.Disk.CountWrite(name);
        if (fault == DiskFault.ShortWrite)
        {
            file.Write(bytes[..(bytes.Length / 3 / FaultyDisk.SectorSize * FaultyDisk.SectorSize)], offset);
            throw new StorageException("write", name, FaultyDisk.InputOutputError);
        }

        file.Write(bytes, offset);
        file.Disk.CountChange();
    }

    public void Sync() => Check("sync").Sync();

    public void Dispose() => _closed = true;

    private FaultyFile Check(string operation) =>
        _closed || _generation != file.Disk.Generation ? throw new StorageException(operation, name, FaultyDisk.BadHandle) : file;
}
