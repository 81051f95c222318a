using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>The SQL history store; section `Exchange:Replication:Sql`, checked at start.</summary>
public sealed class SqlOptions
{
    public const string Section = "Exchange:Replication:Sql";

    /// <summary>
    /// <c>sqlite</c> (default): a file in the data directory; <c>none</c>: no history. Without one, closed orders and fills can be queried as far as
    /// the recent window reaches (`Exchange:Orders`).
    /// </summary>
    [RegularExpression("sqlite|none", ErrorMessage = "Exchange:Replication:Sql:Provider is unknown: write sqlite or none.")]
    public string Provider { get; set; } = "sqlite";

    /// <summary>
    /// Milliseconds that a write or read waits for a lock that somebody else holds on the file: 0 to 60,000, default 2,000. Longer rides out a backup
    /// tool; shorter tells a query sooner that history cannot be read.
    /// </summary>
    [Range(0, 60_000, ErrorMessage = "Exchange:Replication:Sql:BusyTimeoutMs is a number of milliseconds from 0 to 60000.")]
    public int BusyTimeoutMs { get; set; } = 2_000;

    /// <summary>
    /// Queries of the store that run at once: 1 to 256, default 4. More answers a burst of pages sooner; fewer leaves more threads and disk to trading.
    /// Further ones wait for as long as <see cref="BusyTimeoutMs"/>.
    /// </summary>
    [Range(1, 256, ErrorMessage = "Exchange:Replication:Sql:QueriesAtOnce is a number of queries from 1 to 256.")]
    public int QueriesAtOnce { get; set; } = 4;

    /// <summary>
    /// Open orders that the writer keeps in memory between batches: 0 to 10,000,000, default 200,000, some 200 bytes each. Fewer reads them from the
    /// store when they change.
    /// </summary>
    [Range(0, 10_000_000, ErrorMessage = "Exchange:Replication:Sql:OpenOrdersCached is a number of orders from 0 to 10000000.")]
    public int OpenOrdersCached { get; set; } = 200_000;

    /// <summary>
    /// Megabytes of the file that the writer keeps in memory: 1 to 16,384, default 64. More writes random keys (many accounts) faster.
    /// </summary>
    [Range(1, 16_384, ErrorMessage = "Exchange:Replication:Sql:CacheMegabytes is a number of megabytes from 1 to 16384.")]
    public int CacheMegabytes { get; set; } = 64;
}
