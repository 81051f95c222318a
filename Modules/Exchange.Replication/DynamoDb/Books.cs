using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Market;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// The books of a market of one's own, and which of them the store does not have as they are. Lives as long as its replicator: it outlasts failures of the
/// store. One thread.
/// </summary>
internal sealed class Books(MarketReplica market)
{
    private readonly SortedDictionary<int, BookMirror> _books = [];
    private readonly List<DepthLevel> _bids = [];
    private readonly List<DepthLevel> _asks = [];

    public MarketReplica Market => market;

    public IReadOnlyCollection<BookMirror> All => _books.Values;

    /// <summary>Those that differ from the store, in the order of their symbols.</summary>
    public IEnumerable<BookMirror> Unstored => _books.Values.Where(book => !book.IsStored);

    /// <summary>Takes over a market whose past is not known: every book is as old as the market.</summary>
    public void Begin(ItemStamp stamp, long timeUs)
    {
        foreach (var symbol in market.Symbols.Symbols)
        {
            if (market.Fold.CopyDepth(symbol.Id, 1, _bids, _asks) is var updateId && updateId > 0)
            {
                BookOf(symbol.Id).Touch(stamp, timeUs, updateId);
            }
        }
    }

    /// <summary>Takes in the next record; returns the book that it has changed, or null.</summary>
    public BookMirror? Apply(long epoch, in Record record)
    {
        if (market.Apply(record) is var symbolId && symbolId == IMarketFold.NoSymbol)
        {
            return null;
        }

        BookMirror? changed = null;
        for (var events = record.Events; events.MoveNext();)
        {
            if (events.Type == EventType.BookUpdated)
            {
                changed = BookOf(symbolId);
                changed.Touch(new ItemStamp(epoch, record.Sequence), record.TimeUs, events.As<BookUpdated>().UpdateId);
            }
        }

        return changed;
    }

    /// <summary>Begins to bring the store to a book as it is now.</summary>
    public BookWrite NewWrite(BookMirror book, int depthLevels)
    {
        var updateId = market.Fold.CopyDepth(book.Symbol.Id, depthLevels, _bids, _asks);
        Invariant.That(updateId == book.UpdateId, "the fold's update id is that of the last record that changed the book");
        return book.NewWrite(BookCut.Cut(_bids), BookCut.Cut(_asks));
    }

    private BookMirror BookOf(int symbolId)
    {
        if (!_books.TryGetValue(symbolId, out var book))
        {
            _books.Add(symbolId, book = new BookMirror(market.Symbols.Symbol(symbolId)));
        }

        return book;
    }
}
