using Amazon.DynamoDBv2.Model;

namespace Exchange.Replication.DynamoDb;

/// <summary>Writes books, each at most once in an interval: first the chunks of all, then the headers that make them valid. One thread.</summary>
/// <param name="beforeWrite">See <see cref="DynamoDbReplicator"/>.</param>
internal sealed class BookWriter(DynamoDbTables tables, DynamoDbOptions options, TimeProvider clock, Action<string>? beforeWrite)
{
    /// <summary>Places that a chunk tries: a few are taken by writes that were broken off, never many.</summary>
    private const int RoundsMax = 100;

    private readonly TimeSpan _interval = TimeSpan.FromMilliseconds(options.BookIntervalMs);

    /// <summary>Waits until every book may be written, and writes them.</summary>
    public void Write(Books books, IReadOnlyList<BookMirror> changed, DynamoDbConnection connection)
    {
        Wait(changed);
        var writes = changed.Select(book => books.NewWrite(book, options.DepthLevels)).ToList();
        WriteChunks(writes, connection);
        connection.ForEach(writes, write => WriteHeadAsync(write, connection), write => beforeWrite?.Invoke($"head {write.Book.Symbol.Name}"));
    }

    // Why a wait of the whole batch: the position follows the books, and an idle exchange brings no later batch.
    private void Wait(IEnumerable<BookMirror> books)
    {
        var due = books.Max(book => book.WrittenAt is { } at ? _interval - clock.GetElapsedTime(at) : TimeSpan.Zero);
        if (due > TimeSpan.Zero)
        {
            Task.Delay(due, clock).GetAwaiter().GetResult();
        }
    }

    private void WriteChunks(IEnumerable<BookWrite> writes, DynamoDbConnection connection)
    {
        var chunks = writes.SelectMany(write => write.Unwritten, (write, place) => (Write: write, place.Side, place.Index)).ToList();
        for (var rounds = 1; chunks.Count > 0; rounds++)
        {
            if (rounds > RoundsMax)
            {
                throw new StoreUnfitException($"the table '{tables.Books}' refuses chunks wherever they are put");
            }

            List<(BookWrite Write, List<BookChunk> Side, int Index)> refused = [];
            connection.ForEach(
                chunks,
                async chunk =>
                {
                    var item = chunk.Write.Book.ItemOf(chunk.Side[chunk.Index]);
                    if (!await connection.TryPutNewerAsync(tables.Books, item).ConfigureAwait(false)
                        && !await StandsAsync(item, connection).ConfigureAwait(false))
                    {
                        lock (refused)
                        {
                            refused.Add(chunk);
                        }
                    }
                },
                chunk => beforeWrite?.Invoke($"chunk {chunk.Write.Book.Symbol.Name}"));
            refused.ForEach(chunk => chunk.Write.Refused(chunk.Side, chunk.Index));
            chunks = refused;
        }
    }

    /// <summary>Returns whether a write that was broken off has left the same chunk in the same place: tries of one book then take no further places.</summary>
    private async Task<bool> StandsAsync(Dictionary<string, AttributeValue> item, DynamoDbConnection connection)
    {
        var key = DynamoDbTables.BookKey(item.Text(DynamoDbTables.Symbol), item.Text(DynamoDbTables.Chunk));
        return await connection.GetAsync(tables.Books, key).ConfigureAwait(false) is { } standing && BookItem.IsSameChunk(standing, item);
    }

    private async Task WriteHeadAsync(BookWrite write, DynamoDbConnection connection)
    {
        var book = write.Book;
        if (await connection.TryPutNewerAsync(tables.Books, book.HeadOf(write, options.DepthLevels)).ConfigureAwait(false))
        {
            book.Stored(write, clock.GetTimestamp());
            return;
        }

        // A header as new is there, from a write whose answer was lost: it may name other places.
        book.Found(await connection.GetAsync(tables.Books, DynamoDbTables.BookKey(book.Symbol.Name, BookItem.Head)).ConfigureAwait(false));
    }
}
