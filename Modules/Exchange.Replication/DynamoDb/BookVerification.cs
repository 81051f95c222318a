using Exchange.Matching.Views;
using Exchange.Replication.Market;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// Compares stored books with a market that is folded record by record: each behind the position, or behind its own record where that is ahead. One thread.
/// </summary>
internal sealed class BookVerification
{
    private readonly MarketReplica _market;
    private readonly Differences _differences;
    private readonly long _position;
    private readonly Dictionary<string, StoredBook> _stored = [];
    private readonly HashSet<long> _due = [];
    private readonly List<DepthLevel> _bids = [];
    private readonly List<DepthLevel> _asks = [];

    /// <param name="market">Before the first record.</param>
    /// <param name="position">The store's.</param>
    public BookVerification(DynamoDbTables tables, DynamoDbConnection connection, MarketReplica market, long position, Differences differences)
    {
        (_market, _position, _differences) = (market, position, differences);
        foreach (var symbol in connection.Scan(tables.Books, [DynamoDbTables.Symbol]).Select(item => item.Text(DynamoDbTables.Symbol)).Distinct())
        {
            try
            {
                if (BookReader.Read(connection, tables, symbol) is { } book)
                {
                    _stored[symbol] = book;
                }
            }
            catch (InvalidDataException torn)
            {
                differences.Add("books", torn.Message);
            }
        }

        _due.UnionWith(_stored.Values.Select(DueOf));
        _due.Add(position);
    }

    /// <summary>The last record behind which a book stands, or the position.</summary>
    public long LastDue => _due.Max();

    /// <summary>Compares the books that are due behind a record, which the market has just taken in.</summary>
    public void Compare(long sequence)
    {
        if (!_due.Contains(sequence))
        {
            return;
        }

        foreach (var symbol in _market.Symbols.Symbols)
        {
            var updateId = _market.Fold.CopyDepth(symbol.Id, limit: 1, _bids, _asks);
            if (!_stored.TryGetValue(symbol.Name, out var book))
            {
                if (sequence == _position && updateId > 0)
                {
                    _differences.Add("books", $"{symbol.Name}: not stored");
                }
            }
            else if (DueOf(book) == sequence)
            {
                _market.Fold.CopyDepth(symbol.Id, (int)book.Head.Number(BookItem.DepthLevels), _bids, _asks);
                Compare(symbol.Name, "bids", book.Bids, _bids);
                Compare(symbol.Name, "asks", book.Asks, _asks);
                if (book.UpdateId != updateId)
                {
                    _differences.Add("books", $"{symbol.Name}: at update {book.UpdateId} instead of {updateId}");
                }
            }
        }
    }

    /// <summary>Behind the last record: finds books of symbols that there are not.</summary>
    public void End()
    {
        foreach (var symbol in _stored.Keys.Where(name => !_market.Symbols.TryGetSymbol(name, out _)))
        {
            _differences.Add("books", $"{symbol}: the journal does not know it");
        }
    }

    private long DueOf(StoredBook book) => Math.Max(_position, book.Stamp.Sequence);

    private void Compare(string symbol, string side, List<DepthLevel> stored, List<DepthLevel> expected)
    {
        if (!stored.SequenceEqual(expected))
        {
            var (extra, missing) = (stored.Except(expected).ToList(), expected.Except(stored).ToList());
            _differences.Add("books", $"{symbol}: {side}: {extra.Count} levels too much{Example(extra)}, {missing.Count} missing{Example(missing)}");
        }

        static string Example(List<DepthLevel> levels) => levels.Count == 0 ? "" : $" ({levels[0].Quantity} lots at {levels[0].Price} ticks)";
    }
}
