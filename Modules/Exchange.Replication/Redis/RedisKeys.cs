namespace Exchange.Replication.Redis;

/// <summary>
/// Names of keys and channels. What stands in braces is all that Redis Cluster hashes, so that the keys of a symbol lie together and one script
/// may change them.
/// </summary>
/// <param name="prefix">Of this exchange; without braces.</param>
/// <param name="intervals">Of candles, in their order.</param>
internal sealed class RedisKeys(string prefix, IReadOnlyList<string> intervals)
{
    // Positions in what OfSymbol returns; the candles of the intervals follow.
    public const int Head = 0;
    public const int Depth = 1;
    public const int BookTicker = 2;
    public const int Trades = 3;
    public const int Ticker = 4;
    public const int FirstCandles = 5;

    private static readonly string[] Names = ["head", "depth", "bookTicker", "trades", "ticker"];

    public IReadOnlyList<string> Intervals => intervals;

    /// <summary>Hash: how far the store as a whole has followed the journal.</summary>
    public string Position { get; } = $"{prefix}{{exchange}}:position";

    /// <summary>Set: names of all symbols of which anything is stored.</summary>
    public string Symbols { get; } = $"{prefix}{{exchange}}:symbols";

    /// <summary>Returns all keys of a symbol; those of data are channels, too.</summary>
    public string[] OfSymbol(string symbol) =>
    [
        .. Names.Select(name => $"{prefix}{{{symbol}}}:{name}"),
        .. intervals.Select(interval => $"{prefix}{{{symbol}}}:candles:{interval}"),
    ];
}
