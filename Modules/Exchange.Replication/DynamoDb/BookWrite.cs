namespace Exchange.Replication.DynamoDb;

/// <summary>
/// A book on its way to the store: chunks whose content is stored already stay where they are, the others go to free places. A place that holds something else
/// as new or newer, which a broken-off write has left there, is passed over: two contents never carry one stamp.
/// </summary>
internal sealed class BookWrite(BookMirror book)
{
    private readonly List<(List<BookChunk> Side, int Index)> _unwritten = [];

    public BookMirror Book => book;

    public List<BookChunk> Bids { get; } = [];

    public List<BookChunk> Asks { get; } = [];

    /// <summary>Where the chunks stand that must be written before the header.</summary>
    public IReadOnlyList<(List<BookChunk> Side, int Index)> Unwritten => _unwritten;

    /// <summary>Adds the chunks of one side.</summary>
    /// <param name="contents">As they are stored.</param>
    /// <param name="stored">Those of the header in force.</param>
    public void Take(List<BookChunk> side, IEnumerable<string> contents, List<BookChunk> stored)
    {
        foreach (var content in contents)
        {
            if (stored.Find(chunk => chunk.Levels == content) is { } known)
            {
                side.Add(known);
                continue;
            }

            _unwritten.Add((side, side.Count));
            side.Add(book.NewChunk(content));
        }
    }

    /// <summary>The place of a chunk was not free: it takes another one.</summary>
    public void Refused(List<BookChunk> side, int index) => side[index] = book.NewChunk(side[index].Levels!);
}
