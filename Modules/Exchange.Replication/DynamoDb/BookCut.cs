using System.Runtime.InteropServices;
using Exchange.Matching.Views;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// Cuts a side of a book into chunks of some 64 levels. Where it is cut depends on prices alone: a level that comes or goes changes its own chunk and no
/// other, wherever it stands.
/// </summary>
internal static class BookCut
{
    private const int LevelsBits = 6;

    /// <summary>2^64 by the golden ratio: neighbouring prices lie far apart in the product's upper bits.</summary>
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>Returns each chunk as it is stored.</summary>
    /// <param name="levels">Best first.</param>
    public static List<string> Cut(List<DepthLevel> levels)
    {
        List<string> chunks = [];
        var all = CollectionsMarshal.AsSpan(levels);
        for (int first = 0, next = 1; first < all.Length; next++)
        {
            if (next == all.Length || IsFirst(all[next].Price))
            {
                chunks.Add(BookItem.TextOf(all[first..next]));
                first = next;
            }
        }

        return chunks;
    }

    private static bool IsFirst(long price) => unchecked((ulong)price * Multiplier) >> (64 - LevelsBits) == 0;
}
