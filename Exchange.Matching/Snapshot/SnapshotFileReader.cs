using System.Buffers.Binary;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Snapshot;

/// <summary>Reads one snapshot; no byte of a block is given out before the block verifies. Changes nothing. One thread.</summary>
internal sealed class SnapshotFileReader : IDisposable
{
    private readonly IStorageFile _file;
    private readonly string _name;
    private readonly long _length;
    private readonly byte[] _block = new byte[SnapshotFormat.BlockHeaderSize + SnapshotFormat.MaxPayloadBytes];
    private long _offset;
    private int _number;
    private long _content;
    private int _taken;
    private int _available;
    private bool _ended;

    /// <exception cref="SnapshotDamagedException">The header is not what this build writes.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public SnapshotFileReader(IStorage storage, string name)
    {
        _name = name;
        _file = storage.Open(name, create: false);
        try
        {
            _length = _file.Length;
            var bytes = new byte[SnapshotFormat.HeaderSize];
            Fill(bytes, 0);
            Header = SnapshotHeader.Read(bytes, name);
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        Rewind();
    }

    public SnapshotHeader Header { get; }

    /// <summary>Reads the file to its end, then goes back to the beginning of the content.</summary>
    /// <exception cref="SnapshotDamagedException">A block does not verify, or the file does not end where it should.</exception>
    public void Verify()
    {
        Rewind();
        while (!_ended)
        {
            NextBlock();
        }

        Rewind();
    }

    /// <summary>Fills <paramref name="destination"/> with the next bytes of the content: a <see cref="SnapshotSource"/>.</summary>
    public void Read(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_taken == _available)
            {
                if (_ended)
                {
                    throw Damaged("the content ends here, and more was expected");
                }

                NextBlock();
                continue;
            }

            var piece = Math.Min(destination.Length, _available - _taken);
            _block.AsSpan(SnapshotFormat.BlockHeaderSize + _taken, piece).CopyTo(destination);
            destination = destination[piece..];
            _taken += piece;
        }
    }

    /// <summary>Throws unless all content was read.</summary>
    public void CheckComplete()
    {
        if (_taken == _available && !_ended)
        {
            NextBlock();
        }

        if (!_ended || _taken != _available)
        {
            throw Damaged("content is left that this build does not expect");
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Goes back to the beginning of the content.</summary>
    public void Rewind()
    {
        _offset = SnapshotFormat.HeaderSize;
        _number = 0;
        _content = 0;
        _taken = 0;
        _available = 0;
        _ended = false;
    }

    private void NextBlock()
    {
        var header = _block.AsSpan(0, SnapshotFormat.BlockHeaderSize);
        Fill(header, _offset);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != SnapshotFormat.BlockMagic || length is < 0 or > SnapshotFormat.MaxPayloadBytes)
        {
            throw Damaged("no block begins here");
        }

        var block = _block.AsSpan(0, header.Length + length);
        Fill(block[header.Length..], _offset + header.Length);
        var verifies = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]) == JournalChecksum.Crc32C(block[8..]);
        Planted.Let(PlantedBug.SnapshotChecksumNotChecked, ref verifies, true);
        if (!verifies)
        {
            throw Damaged("the checksum of the block does not match");
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(block[12..]) != _number
            || BinaryPrimitives.ReadInt64LittleEndian(block[16..]) != Header.Sequence
            || BinaryPrimitives.ReadInt64LittleEndian(block[24..]) != _content)
        {
            throw Damaged("the block belongs to another place or another snapshot");
        }

        _ended = length == 0;
        if (_ended && _offset + block.Length != _length)
        {
            throw Damaged("the end block stands here, and the file goes on behind it");
        }

        _offset += block.Length;
        _content += length;
        _number++;
        _taken = 0;
        _available = length;
    }

    private void Fill(Span<byte> destination, long offset)
    {
        var read = 0;
        while (read < destination.Length)
        {
            var count = _file.Read(destination[read..], offset + read);
            if (count == 0)
            {
                throw new SnapshotDamagedException($"{_name}, offset {offset + read}: the file ends here, short of {destination.Length - read} bytes");
            }

            read += count;
        }
    }

    private SnapshotDamagedException Damaged(string reason) => new($"{_name}, offset {_offset}: {reason}");
}
