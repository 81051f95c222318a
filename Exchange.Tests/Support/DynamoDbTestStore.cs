using Amazon.DynamoDBv2.Model;
using Exchange.MarketData;
using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.DynamoDb;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.Services;

namespace Exchange.Tests.Support;

/// <summary>Orders and books of one exchange on the emulator, in tables of their own; small, so that every limit is reached.</summary>
internal sealed class DynamoDbTestStore : IDisposable
{
    /// <summary>First word of <see cref="Address"/>.</summary>
    public const string Kind = "dynamodb";

    private readonly IStorage _journal;
    private readonly Uri _url;

    /// <param name="journal">What replicators read again.</param>
    public DynamoDbTestStore(IStorage journal, Uri url, string? prefix = null)
    {
        _journal = journal;
        _url = url;
        Options = new DynamoDbOptions
        {
            TablePrefix = prefix ?? LocalServices.NewName("test"),
            Create = true,
            RequestsAtOnce = 8,
            BatchItems = 100_000,
            OpenOrdersCached = 5,
            DepthLevels = 200,
            BookIntervalMs = 0,
        };
    }

    public DynamoDbOptions Options { get; }

    /// <summary>What another process finds it by.</summary>
    public string Address => $"{Kind}|{_url}|{Options.TablePrefix}";

    public DynamoDbTables Tables => new(Options);

    public IMarketFolds Folds { get; } = new MarketFolds(new MarketDataView());

    public AwsClients Clients => TestAws.Clients(_url);

    public DynamoDbReplicator NewReplicator(Action<string>? beforeWrite = null, TimeProvider? clock = null) => new(
        Options,
        onRequest => new DynamoDbConnection(Clients.NewDynamoDb(), Options.RequestsAtOnce, onRequest),
        () => new MarketOrigin(MarketReplica.Empty(Folds), Recall(long.MaxValue)),
        clock ?? TimeProvider.System,
        beforeWrite);

    public DynamoDbConnection Connect() => new(Clients.NewDynamoDb(), Options.RequestsAtOnce, () => { });

    /// <summary>Compares with a fold of the journal, item by item.</summary>
    public StoreVerification Verify(long end)
    {
        using var connection = Connect();
        return new DynamoDbVerification(Tables, Folds, connection).Run(Recall(end), end);
    }

    /// <summary>Returns the items of orders and the position as they are stored, but for what orders were before.</summary>
    public List<string> DumpOrders()
    {
        using var connection = Connect();
        return [.. connection.Scan(Tables.Orders).Select(Line).Order(StringComparer.Ordinal)];
    }

    /// <summary>Returns every book, whole, with all that its header says but the places of chunks.</summary>
    public List<string> DumpBooks()
    {
        using var connection = Connect();
        return
        [
            .. Symbols(connection).Select(symbol => BookReader.Read(connection, Tables, symbol)).OfType<StoredBook>().Select(book =>
            {
                var head = book.Head.Where(attribute => attribute.Key is not ("bids" or "asks")).ToDictionary();
                return $"{Line(head)} bids {string.Join(' ', book.Bids)} asks {string.Join(' ', book.Asks)}";
            }),
        ];
    }

    public List<string> Symbols(DynamoDbConnection connection) =>
        [.. connection.Scan(Tables.Books).Select(item => item.Text(DynamoDbTables.Symbol)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>An item's attributes but what it was before, in the order of their names.</summary>
    public static string Line(Dictionary<string, AttributeValue> item) => string.Join(
        ' ',
        item.Where(attribute => attribute.Key != OrderItem.Before).OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
            .Select(attribute => $"{attribute.Key}={attribute.Value.N ?? attribute.Value.S}"));

    public void Dispose()
    {
        using var client = Clients.NewDynamoDb();
        foreach (var table in (string[])[Tables.Orders, Tables.Books])
        {
            try
            {
                client.DeleteTableAsync(table).GetAwaiter().GetResult();
            }
            catch (ResourceNotFoundException)
            {
                // A store that no test has written.
            }
        }
    }

    private JournalRecall Recall(long end) => new(_journal, () => end);
}
