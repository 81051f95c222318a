using Exchange.Matching.Views;

namespace Exchange.Replication.Redis;

/// <summary>What leads from one list of levels to another.</summary>
internal static class DepthChanges
{
    /// <summary>Adds the levels that are new or have another quantity, and with 0 lots those that are no more.</summary>
    /// <param name="before">Best first, as <paramref name="after"/>.</param>
    /// <param name="isDescending">Whether the best price is the greatest: bids.</param>
    public static void Between(List<DepthLevel> before, List<DepthLevel> after, bool isDescending, List<DepthLevel> changes)
    {
        var (old, now) = (0, 0);
        while (old < before.Count || now < after.Count)
        {
            var order = old == before.Count ? 1
                : now == after.Count ? -1
                : isDescending ? after[now].Price.CompareTo(before[old].Price)
                : before[old].Price.CompareTo(after[now].Price);
            if (order < 0)
            {
                changes.Add(before[old++] with { Quantity = 0 });
                continue;
            }

            if (order > 0 || before[old].Quantity != after[now].Quantity)
            {
                changes.Add(after[now]);
            }

            old += order == 0 ? 1 : 0;
            now++;
        }
    }
}
