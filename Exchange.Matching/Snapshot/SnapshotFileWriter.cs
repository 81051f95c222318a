using System.Buffers.Binary;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Snapshot;

/// <summary>
/// Writes one snapshot under a temporary name, block by block, each step synced before the next: a sync of everything at once would hold up
/// the journal's own syncs behind it. One thread.
/// </summary>
internal sealed class SnapshotFileWriter : IDisposable
{
    private readonly IStorageFile _file;
    private readonly long _sequence;
    private readonly Action<long>? _afterStep;
    private readonly byte[] _block = new byte[SnapshotFormat.BlockHeaderSize + SnapshotFormat.MaxPayloadBytes];
    private int _number;
    private long _content;
    private long _offset = SnapshotFormat.HeaderSize;

    /// <param name="storage">Where <paramref name="name"/> does not exist yet.</param>
    /// <param name="afterStep">Told the bytes written so far after each synced step; it may take its time.</param>
    public SnapshotFileWriter(IStorage storage, string name, SnapshotHeader header, Action<long>? afterStep)
    {
        _sequence = header.Sequence;
        _afterStep = afterStep;
        _file = storage.Open(name, create: true);
        var bytes = new byte[SnapshotFormat.HeaderSize];
        header.Write(bytes);
        _file.Write(bytes, 0);
    }

    /// <summary>Bytes of the file so far.</summary>
    public long Length => _offset;

    /// <summary>Writes the next bytes of the content, at least one.</summary>
    public void Write(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            var piece = content[..Math.Min(content.Length, SnapshotFormat.MaxPayloadBytes)];
            WriteBlock(piece);
            Sync();
            _afterStep?.Invoke(_offset);
            content = content[piece.Length..];
        }
    }

    /// <summary>Writes the end block and makes the file durable; its name is not.</summary>
    public void Finish()
    {
        WriteBlock([]);
        Sync();
    }

    public void Dispose() => _file.Dispose();

    private void Sync()
    {
        var syncs = true;
        Planted.Let(PlantedBug.SnapshotNotSynced, ref syncs, false);
        if (syncs)
        {
            _file.Sync();
        }
    }

    private void WriteBlock(ReadOnlySpan<byte> payload)
    {
        var block = _block.AsSpan(0, SnapshotFormat.BlockHeaderSize + payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block, SnapshotFormat.BlockMagic);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], _number);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], _sequence);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], _content);
        payload.CopyTo(block[SnapshotFormat.BlockHeaderSize..]);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], JournalChecksum.Crc32C(block[8..]));
        _file.Write(block, _offset);
        _offset += block.Length;
        _content += payload.Length;
        _number++;
    }
}
