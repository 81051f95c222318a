using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>Orders and books on DynamoDB; section `Exchange:Replication:DynamoDb`, checked at start. Off unless tables are named.</summary>
public sealed class DynamoDbOptions
{
    public const string Section = "Exchange:Replication:DynamoDb";

    /// <summary>
    /// What the names of both tables begin with: <c>PREFIX-orders</c> and <c>PREFIX-books</c>; empty (default) for none. One exchange each: two that share
    /// tables are told apart by their journals, and the second one refuses.
    /// </summary>
    [RegularExpression("[A-Za-z0-9_.-]{1,200}", ErrorMessage = "Exchange:Replication:DynamoDb:TablePrefix is the begin of two tables' names: up to 200 of A-Z a-z 0-9 _ . -")]
    public string TablePrefix { get; set; } = "";

    /// <summary>
    /// Whether the tables are made where they are missing; default false: they belong to the infrastructure, and a wrong name must not make new ones.
    /// </summary>
    public bool Create { get; set; }

    /// <summary>
    /// Requests under way at once: 1 to 256, default 32. More writes a batch sooner, as far as the service allows; fewer leaves it to readers.
    /// </summary>
    [Range(1, 256, ErrorMessage = "Exchange:Replication:DynamoDb:RequestsAtOnce is a number of requests from 1 to 256.")]
    public int RequestsAtOnce { get; set; } = 32;

    /// <summary>
    /// Orders and books after which the position is stored: 1 to 100,000, default 2,000. More coalesces more changes of one order into one write; fewer
    /// is less that comes again after a failure, and a sooner stop.
    /// </summary>
    [Range(1, 100_000, ErrorMessage = "Exchange:Replication:DynamoDb:BatchItems is a number of items from 1 to 100000.")]
    public int BatchItems { get; set; } = 2_000;

    /// <summary>
    /// Open orders that the writer keeps in memory between batches: 0 to 10,000,000, default 200,000, some 400 bytes each. Fewer reads them from the
    /// store when they change, which is paid for like a write.
    /// </summary>
    [Range(0, 10_000_000, ErrorMessage = "Exchange:Replication:DynamoDb:OpenOrdersCached is a number of orders from 0 to 10000000.")]
    public int OpenOrdersCached { get; set; } = 200_000;

    /// <summary>
    /// Price levels kept of each side of a book: 1 to 5,000, default 1,000. More answers deeper books; fewer makes smaller headers (some 15 bytes a level
    /// are stored, 64 levels are one write). A change applies to a book when it next changes.
    /// </summary>
    [Range(1, 5_000, ErrorMessage = "Exchange:Replication:DynamoDb:DepthLevels is a number of levels from 1 to 5000.")]
    public int DepthLevels { get; set; } = 1_000;

    /// <summary>
    /// Milliseconds between two writes of one book at least: 0 to 10,000, default 100. Longer is fewer writes, which are what DynamoDB costs; shorter keeps
    /// readers closer behind. A batch waits for it, so <see cref="BatchItems"/> in this time is the most that is followed.
    /// </summary>
    [Range(0, 10_000, ErrorMessage = "Exchange:Replication:DynamoDb:BookIntervalMs is a number of milliseconds from 0 to 10000.")]
    public int BookIntervalMs { get; set; } = 100;
}
