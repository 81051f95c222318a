using System.Diagnostics;
using Amazon.DynamoDBv2.Model;
using Exchange.Benchmarks.Processes;
using Exchange.MarketData;
using Exchange.Matching.Journal;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.DynamoDb;
using Exchange.Replication.Following;
using Exchange.Replication.Market;

namespace Exchange.Benchmarks.Replicate;

/// <summary>
/// Orders and books on the emulator that the environment names, with default options, in tables of its own. What the emulator takes at most is measured by putting
/// the orders that it holds then, as many requests at once, to other tables without a condition.
/// </summary>
internal sealed class DynamoDbTarget : IReplicateTarget
{
    public const string UrlVariable = "EXCHANGE_DYNAMODB";

    private const int PlainItems = 20_000;

    private static readonly MarketFolds Folds = new(new MarketDataView());
    private static int _made;

    private readonly string _directory;
    private readonly AwsClients _clients;
    private readonly DynamoDbOptions _options = NewOptions();
    private readonly DynamoDbOptions _plain = NewOptions();

    public DynamoDbTarget(string directory)
    {
        _directory = directory;
        _clients = LocalAws.Clients(Uri.TryCreate(Environment.GetEnvironmentVariable(UrlVariable), UriKind.Absolute, out var url)
            ? url
            : throw new UsageException($"{UrlVariable} names no emulator: run 'infra/local/services up' and set what it prints"));
    }

    public IReplicator NewReplicator()
    {
        // The store is empty: nothing is read again.
        var recall = new JournalRecall(new FileStorage(_directory, JournalSyncMethod.Fdatasync, _ => { }), () => 0);
        return new DynamoDbReplicator(_options, Connect, () => new MarketOrigin(MarketReplica.Empty(Folds), recall), TimeProvider.System);
    }

    public double? UnitsPerSecondAtMost()
    {
        using var connection = Connect(() => { });
        var tables = new DynamoDbTables(_plain);
        tables.PrepareAsync(connection.Client).GetAwaiter().GetResult();
        var items = connection.Scan(new DynamoDbTables(_options).Orders).Take(PlainItems).ToList();
        var started = Stopwatch.GetTimestamp();
        connection.ForEach(items, item => connection.TryPutAsync(new PutItemRequest(tables.Orders, item)));
        return items.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public void Dispose()
    {
        using var client = _clients.NewDynamoDb();
        foreach (var options in (DynamoDbOptions[])[_options, _plain])
        {
            var tables = new DynamoDbTables(options);
            foreach (var table in (string[])[tables.Orders, tables.Books])
            {
                try
                {
                    client.DeleteTableAsync(table).GetAwaiter().GetResult();
                }
                catch (ResourceNotFoundException)
                {
                    // A run that ended before it made them.
                }
            }
        }
    }

    private static DynamoDbOptions NewOptions() => new() { TablePrefix = $"replicate-{Environment.ProcessId}-{++_made}", Create = true };

    private DynamoDbConnection Connect(Action onRequest) => new(_clients.NewDynamoDb(), _options.RequestsAtOnce, onRequest);
}
