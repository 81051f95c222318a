using System.ComponentModel.DataAnnotations;
using Exchange.Replication.Sql.Postgres;

namespace Exchange.Replication;

/// <summary>The SQL history store; section `Exchange:Replication:Sql`, checked at start.</summary>
public sealed class SqlOptions : IValidatableObject
{
    public const string Section = "Exchange:Replication:Sql";

    internal const string Postgres = "postgres";
    internal const string None = "none";

    /// <summary>
    /// <c>sqlite</c> (default): a file in the data directory, nothing to run beside the exchange; <c>postgres</c>: a server, which takes the writes off the
    /// journal's disk and outlives this machine; <c>none</c>: no history. Without one, closed orders and fills can be queried as far as the recent window
    /// reaches (`Exchange:Orders`).
    /// </summary>
    [RegularExpression("sqlite|postgres|none", ErrorMessage = "Exchange:Replication:Sql:Provider is unknown: write sqlite, postgres or none.")]
    public string Provider { get; set; } = "sqlite";

    /// <summary>
    /// Npgsql's connection string of the PostgreSQL server, for example <c>Host=db;Username=exchange;Password=…;Database=exchange</c>; default empty. A
    /// secret: set it by environment or a file of the secret store, never by arguments; it is never logged. The user may create schemas in the database.
    /// The server's certificate and name are verified unless it is on this machine or <c>SSL Mode</c> says Disable, Require or VerifyCA.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The schema of the tables on PostgreSQL: a lower case letter, then letters, digits, underscores, 40 at most; default <c>exchange</c>. `rebuild` and
    /// `verify` use others that begin like it.
    /// </summary>
    [RegularExpression("[a-z][a-z0-9_]{0,39}", ErrorMessage = "Exchange:Replication:Sql:Schema is a lower case letter and up to 39 letters, digits or underscores.")]
    public string Schema { get; set; } = "exchange";

    /// <summary>
    /// Seconds that PostgreSQL may take to accept a connection: 1 to 300, default 5. Longer rides out a slow network; shorter reports an outage sooner.
    /// </summary>
    [Range(1, 300, ErrorMessage = "Exchange:Replication:Sql:ConnectTimeoutSeconds is a number of seconds from 1 to 300.")]
    public int ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// Seconds that one statement of the writer may take on PostgreSQL: 1 to 3,600, default 30. Longer lets large batches through on a slow server;
    /// shorter finds a server that hangs sooner. Queries take as long as <see cref="BusyTimeoutMs"/>, at least a second.
    /// </summary>
    [Range(1, 3_600, ErrorMessage = "Exchange:Replication:Sql:CommandTimeoutSeconds is a number of seconds from 1 to 3600.")]
    public int CommandTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// Milliseconds that a write or read waits for a lock that somebody else holds: 0 to 60,000, default 2,000. Longer rides out a backup
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

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // What is wrong is told without the string: it holds a password.
        if (Provider == Postgres && !PostgresConnections.TryParse(ConnectionString, out _, out var wrong))
        {
            yield return new ValidationResult($"Exchange:Replication:Sql:ConnectionString {wrong}.", [nameof(ConnectionString)]);
        }
    }
}
