using Amazon.DynamoDBv2.Model;
using Exchange.Matching.Views;

namespace Exchange.Replication.DynamoDb;

/// <summary>A book as it is stored, whole.</summary>
/// <param name="Head">The header's attributes.</param>
/// <param name="Bids">Best first, as <paramref name="Asks"/>.</param>
internal sealed record StoredBook(Dictionary<string, AttributeValue> Head, List<DepthLevel> Bids, List<DepthLevel> Asks)
{
    public ItemStamp Stamp => Head.Stamp();

    public long UpdateId => Head.Number(BookItem.UpdateId);
}

/// <summary>Reads books as any reader must: the header, then the chunks that it names, and again where one of them carries another stamp.</summary>
internal static class BookReader
{
    private const int TriesMax = 10;

    /// <summary>Returns a book; null where there is none.</summary>
    /// <exception cref="InvalidDataException">Its chunks are not those that its header names, again and again.</exception>
    public static StoredBook? Read(DynamoDbConnection connection, DynamoDbTables tables, string symbol)
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var head = DynamoDbConnection.Wait(connection.GetAsync(tables.Books, DynamoDbTables.BookKey(symbol, BookItem.Head)));
            if (head is null)
            {
                return null;
            }

            var (bids, asks) = (BookItem.BidsOf(head), BookItem.AsksOf(head));
            var chunks = connection
                .GetAll(tables.Books, bids.Concat(asks).Select(chunk => DynamoDbTables.BookKey(symbol, BookItem.ChunkName(chunk.Slot))))
                .ToDictionary(item => item.Text(DynamoDbTables.Chunk));
            if (TryJoin(bids, chunks, out var bidLevels) && TryJoin(asks, chunks, out var askLevels))
            {
                return new StoredBook(head, bidLevels, askLevels);
            }
        }

        throw new InvalidDataException($"the book of {symbol} has other chunks than its header names");
    }

    private static bool TryJoin(List<BookChunk> named, Dictionary<string, Dictionary<string, AttributeValue>> stored, out List<DepthLevel> levels)
    {
        levels = [];
        foreach (var chunk in named)
        {
            if (!stored.TryGetValue(BookItem.ChunkName(chunk.Slot), out var item) || item.Stamp() != chunk.Stamp)
            {
                return false;
            }

            levels.AddRange(BookItem.LevelsOf(item));
        }

        return true;
    }
}
