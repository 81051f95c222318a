using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Views;

namespace Exchange.Replication.Following;

/// <summary>The symbols and assets as of a store's position, as the bytes that the store keeps with it. One thread.</summary>
internal sealed class SymbolState
{
    private byte[]? _bytes;

    public SymbolDirectory Directory { get; private set; } = new();

    /// <summary>Goes back to what was stored; empty bytes are the beginning of the journal.</summary>
    public void Load(byte[] bytes)
    {
        Directory = new SymbolDirectory();
        _bytes = bytes;
        if (bytes.Length > 0)
        {
            using var content = new MemoryStream(bytes);
            Directory.Load(new SnapshotReader(content.ReadExactly));
        }
    }

    public void Apply(in Record record)
    {
        if (!record.CommandType.IsTrading())
        {
            Directory.Apply(record, CommandSlot.NoReply);
            _bytes = null;
        }
    }

    public byte[] Save()
    {
        if (_bytes is null)
        {
            using var content = new MemoryStream();
            var writer = new SnapshotWriter(content.Write);
            Directory.Save(writer);
            writer.Flush();
            _bytes = content.ToArray();
        }

        return _bytes;
    }
}
