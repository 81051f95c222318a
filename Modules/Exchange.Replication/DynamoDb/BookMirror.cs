using Amazon.DynamoDBv2.Model;
using Exchange.Matching.Types;

namespace Exchange.Replication.DynamoDb;

/// <summary>One book in the store, as far as its writer knows: the record that changed it last, and what its header names. One thread.</summary>
internal sealed class BookMirror(Symbol symbol)
{
    private readonly HashSet<int> _taken = [];
    private List<BookChunk> _bids = [];
    private List<BookChunk> _asks = [];
    private ItemStamp _stored;
    private long _storedUpdateId;
    private ItemStamp _changed;
    private long _timeUs;

    public Symbol Symbol => symbol;

    /// <summary>Of the last record that changed the book; 0 for none.</summary>
    public long UpdateId { get; private set; }

    /// <summary>When a header was written last, as the clock's timestamp; null for never.</summary>
    public long? WrittenAt { get; private set; }

    public bool IsStored => UpdateId == _storedUpdateId;

    /// <summary>A record has changed the book.</summary>
    public void Touch(ItemStamp changed, long timeUs, long updateId) => (_changed, _timeUs, UpdateId) = (changed, timeUs, updateId);

    /// <summary>Takes over what the store says. Contents of chunks stay known while the header is the one that was written from here.</summary>
    /// <param name="head">Null for none.</param>
    public void Found(Dictionary<string, AttributeValue>? head)
    {
        var stamp = head?.Stamp() ?? default;
        if (stamp == _stored)
        {
            return;
        }

        (_stored, _storedUpdateId) = (stamp, head?.Number(BookItem.UpdateId) ?? 0);
        (_bids, _asks) = head is null ? ([], []) : (BookItem.BidsOf(head), BookItem.AsksOf(head));
    }

    /// <summary>Begins to bring the store to the book as it is now. Of two writes, the first must have been stored or given up.</summary>
    /// <param name="bids">Each chunk as it is stored, best first.</param>
    public BookWrite NewWrite(IEnumerable<string> bids, IEnumerable<string> asks)
    {
        _taken.Clear();
        _taken.UnionWith(_bids.Concat(_asks).Select(chunk => chunk.Slot));
        var write = new BookWrite(this);
        write.Take(write.Bids, bids, _bids);
        write.Take(write.Asks, asks, _asks);
        return write;
    }

    /// <summary>Returns a chunk for a place that the stored header does not name, and that the write under way has not taken.</summary>
    public BookChunk NewChunk(string levels)
    {
        var slot = 0;
        while (!_taken.Add(slot))
        {
            slot++;
        }

        return new BookChunk(slot, _changed, levels);
    }

    public Dictionary<string, AttributeValue> ItemOf(BookChunk chunk) => BookItem.ChunkOf(symbol.Name, chunk.Slot, chunk.Stamp, chunk.Levels!);

    public Dictionary<string, AttributeValue> HeadOf(BookWrite write, int depthLevels) =>
        BookItem.HeadOf(symbol, _changed, _timeUs, UpdateId, depthLevels, write.Bids, write.Asks);

    /// <summary>The header of the write is stored.</summary>
    /// <param name="at">The clock's timestamp.</param>
    public void Stored(BookWrite write, long at)
    {
        (_bids, _asks) = (write.Bids, write.Asks);
        (_stored, _storedUpdateId, WrittenAt) = (_changed, UpdateId, at);
    }
}
