using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.DynamoDBv2.Model;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// A book as items: a header, and chunks of levels that are the book's while the header names them. A chunk is never written over while a header names it, so
/// that a book is always whole: the old one until its header is replaced, the new one from then on.
/// </summary>
internal static class BookItem
{
    /// <summary>In the place of a chunk's name.</summary>
    public const string Head = "head";

    public const string UpdateId = "updateId";
    public const string DepthLevels = "depthLevels";

    private const string TimeUs = "timeUs";
    private const string Bids = "bids";
    private const string Asks = "asks";
    private const string Levels = "levels";

    /// <summary>Returns the name of a chunk's place.</summary>
    public static string ChunkName(int slot) => slot.ToString("'c'0000", CultureInfo.InvariantCulture);

    public static Dictionary<string, AttributeValue> ChunkOf(string symbol, int slot, ItemStamp stamp, string levels)
    {
        var item = DynamoDbTables.BookKey(symbol, ChunkName(slot));
        item.Stamp(stamp);
        item[Levels] = Item.Text(levels);
        return item;
    }

    /// <param name="updateId">Of the book at the record of the stamp.</param>
    /// <param name="depthLevels">Levels that were kept of each side.</param>
    public static Dictionary<string, AttributeValue> HeadOf(
        Symbol symbol, ItemStamp stamp, long timeUs, long updateId, int depthLevels, IEnumerable<BookChunk> bids, IEnumerable<BookChunk> asks)
    {
        var item = DynamoDbTables.BookKey(symbol.Name, Head);
        item.Stamp(stamp);
        item[TimeUs] = Item.Number(timeUs);
        item[UpdateId] = Item.Number(updateId);
        item[DepthLevels] = Item.Number(depthLevels);
        item["symbolId"] = Item.Number(symbol.Id);
        item["baseAsset"] = Item.Text(symbol.BaseAsset.Name);
        item["quoteAsset"] = Item.Text(symbol.QuoteAsset.Name);
        item["tickSize"] = Item.Number(symbol.Spec.TickSize);
        item["lotSize"] = Item.Number(symbol.Spec.LotSize);
        item[Bids] = Item.Text(TextOf(bids));
        item[Asks] = Item.Text(TextOf(asks));
        return item;
    }

    public static List<BookChunk> BidsOf(Dictionary<string, AttributeValue> head) => ChunksOf(head.Text(Bids));

    public static List<BookChunk> AsksOf(Dictionary<string, AttributeValue> head) => ChunksOf(head.Text(Asks));

    public static IEnumerable<DepthLevel> LevelsOf(Dictionary<string, AttributeValue> chunk) =>
        Numbers(chunk.Text(Levels)).Select(level => new DepthLevel(level[0], level[1]));

    public static bool IsSameChunk(Dictionary<string, AttributeValue> chunk, Dictionary<string, AttributeValue> other) =>
        chunk.Stamp() == other.Stamp() && chunk.Text(Levels) == other.Text(Levels);

    /// <summary>Returns levels as they are stored: <c>[[price,lots],…]</c>, ticks and lots, best first.</summary>
    public static string TextOf(ReadOnlySpan<DepthLevel> levels)
    {
        var text = new StringBuilder("[");
        foreach (var level in levels)
        {
            text.Append(text.Length == 1 ? "[" : ",[").Append(level.Price).Append(',').Append(level.Quantity).Append(']');
        }

        return text.Append(']').ToString();
    }

    private static string TextOf(IEnumerable<BookChunk> chunks) =>
        $"[{string.Join(',', chunks.Select(chunk => $"[{chunk.Slot},{chunk.Stamp.Epoch},{chunk.Stamp.Sequence}]"))}]";

    private static List<BookChunk> ChunksOf(string text) =>
        [.. Numbers(text).Select(chunk => new BookChunk((int)chunk[0], new ItemStamp(chunk[1], chunk[2]), Levels: null))];

    private static long[][] Numbers(string text) => JsonSerializer.Deserialize(text, NumbersJson.Default.Int64ArrayArray) ?? [];
}

/// <summary>A chunk that a header names.</summary>
/// <param name="Slot">Its place.</param>
/// <param name="Stamp">What stands in the place must carry it; otherwise the book has moved on since its header was read.</param>
/// <param name="Levels">As they are stored; null where they are not known.</param>
internal sealed record BookChunk(int Slot, ItemStamp Stamp, string? Levels);

[JsonSerializable(typeof(long[][]))]
internal sealed partial class NumbersJson : JsonSerializerContext;
