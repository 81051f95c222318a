namespace Exchange.Replication.Redis;

/// <summary>All data of one symbol as lines of text, key by key: to compare what is stored with what should be.</summary>
internal static class SymbolContent
{
    /// <summary>Returns what the fold says, key by key from <see cref="RedisKeys.Depth"/> on.</summary>
    public static List<string>[] Of(SymbolPicture picture)
    {
        IEnumerable<string> depth =
        [
            $"u={picture.UpdateId}",
            .. picture.Bids.Select(level => $"{RedisText.BidField(level.Price)}={level.Quantity}"),
            .. picture.Asks.Select(level => $"{RedisText.AskField(level.Price)}={level.Quantity}"),
        ];
        return
        [
            [.. depth.Order(StringComparer.Ordinal)],
            [picture.BookTicker],
            [.. picture.Trades.Select(trade => RedisText.Trade(trade)).Reverse()],
            picture.Ticker.Length == 0 ? [] : [picture.Ticker],
            .. picture.Candles.Select(candles =>
                candles.ConvertAll(candle => $"{RedisText.CandleScore(candle.StartUs)} {RedisText.Candle(candle)}")),
        ];
    }

    /// <summary>Returns what is stored, in the same form.</summary>
    public static List<string>[] Read(RedisConnection connection, IReadOnlyList<string> keys) =>
    [
        connection.ReadHash(keys[RedisKeys.Depth]),
        connection.ReadString(keys[RedisKeys.BookTicker]),
        connection.ReadList(keys[RedisKeys.Trades]),
        connection.ReadString(keys[RedisKeys.Ticker]),
        .. keys.Skip(RedisKeys.FirstCandles).Select(key => connection.ReadSortedSet(key)),
    ];

    /// <summary>Returns a line for each key that differs.</summary>
    public static IEnumerable<string> Differences(IReadOnlyList<string> keys, List<string>[] stored, List<string>[] expected)
    {
        for (var i = 0; i < stored.Length; i++)
        {
            if (stored[i].SequenceEqual(expected[i]))
            {
                continue;
            }

            var extra = stored[i].Except(expected[i]).ToList();
            var missing = expected[i].Except(stored[i]).ToList();
            yield return $"{keys[RedisKeys.Depth + i]}: {extra.Count} too much{Example(extra)}, {missing.Count} missing{Example(missing)}";
        }

        static string Example(List<string> lines) => lines.Count == 0 ? "" : $" ({lines[0]})";
    }
}
