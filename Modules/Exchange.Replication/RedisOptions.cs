using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>The store of market data for other processes; section `Exchange:Replication:Redis`, checked at start. Off unless an address is given.</summary>
public sealed class RedisOptions
{
    public const string Section = "Exchange:Replication:Redis";

    /// <summary>
    /// StackExchange.Redis' connection string, for example <c>cache:6379,password=…</c>; default empty: no such store. A secret: set it by environment or
    /// a file of the secret store, never by arguments; it is never logged. Addresses of a cluster stand beside each other, separated by commas.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Whether connections use TLS: default false. Needed wherever the network is not the machine's own.</summary>
    public bool Tls { get; set; }

    /// <summary>
    /// What every key and channel begins with: letters, digits, <c>:</c>, <c>-</c>, <c>_</c>, at most 64, default <c>exchange:</c>. One exchange each: two
    /// that share server and prefix are told apart by their journals, and the second one refuses.
    /// </summary>
    [RegularExpression("[A-Za-z0-9:_-]{0,64}", ErrorMessage = "Exchange:Replication:Redis:KeyPrefix is at most 64 letters, digits, ':', '-', '_'.")]
    public string KeyPrefix { get; set; } = "exchange:";

    /// <summary>
    /// Price levels kept of each side: 1 to 5,000, default 1,000. More answers deeper books; fewer writes and holds less (some 30 bytes a level).
    /// </summary>
    [Range(1, 5_000, ErrorMessage = "Exchange:Replication:Redis:DepthLevels is a number of levels from 1 to 5000.")]
    public int DepthLevels { get; set; } = 1_000;

    /// <summary>Trades kept of each symbol: 1 to 1,000, default 1,000, some 60 bytes each.</summary>
    [Range(1, 1_000, ErrorMessage = "Exchange:Replication:Redis:TradesKept is a number of trades from 1 to 1000.")]
    public int TradesKept { get; set; } = 1_000;

    /// <summary>
    /// Last intervals whose candles are kept, of each of the 16 lengths: 1 to 1,000, default 500, some 150 bytes a candle. The longest window that a
    /// reader puts together needs as many.
    /// </summary>
    [Range(1, 1_000, ErrorMessage = "Exchange:Replication:Redis:CandlesKept is a number of intervals from 1 to 1000.")]
    public int CandlesKept { get; set; } = 500;

    /// <summary>
    /// Milliseconds that a connection, or a batch, may take: 100 to 60,000, default 5,000. Longer rides out a slow server; shorter finds a hung one.
    /// </summary>
    [Range(100, 60_000, ErrorMessage = "Exchange:Replication:Redis:TimeoutMs is a number of milliseconds from 100 to 60000.")]
    public int TimeoutMs { get; set; } = 5_000;
}
