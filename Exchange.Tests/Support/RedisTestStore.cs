using Exchange.MarketData;
using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using Exchange.Replication.Redis;
using Exchange.Tests.Support.Services;
using StackExchange.Redis;

namespace Exchange.Tests.Support;

/// <summary>Market data of one exchange on a real Redis, under a prefix of its own; small, so that every limit is reached.</summary>
internal sealed class RedisTestStore : IDisposable
{
    /// <summary>First word of <see cref="Address"/>.</summary>
    public const string Kind = "redis";

    private readonly IStorage _journal;
    private readonly Lazy<ConnectionMultiplexer> _connection;

    /// <param name="journal">What replicators read again.</param>
    public RedisTestStore(IStorage journal, string address, string? prefix = null)
    {
        _journal = journal;
        Options = new RedisOptions
        {
            ConnectionString = address,
            KeyPrefix = prefix ?? LocalServices.NewName("test") + ":",
            DepthLevels = 5,
            TradesKept = 7,
            CandlesKept = 3,
        };
        _connection = new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect(address + ",syncTimeout=60000,connectTimeout=60000"));
    }

    public RedisOptions Options { get; }

    /// <summary>What another process finds it by.</summary>
    public string Address => $"{Kind}|{Options.ConnectionString}|{Options.KeyPrefix}";

    public IMarketFolds Folds { get; } = new MarketFolds(new MarketDataView());

    public RedisKeys Keys => new(Options.KeyPrefix, Folds.CandleIntervals);

    public IDatabase Database => _connection.Value.GetDatabase();

    public ISubscriber Subscriber => _connection.Value.GetSubscriber();

    public RedisReplicator NewReplicator(Action<string>? beforeWrite = null) =>
        new(Options, Keys, () => new MarketOrigin(MarketReplica.Empty(Folds), Recall(long.MaxValue)), beforeWrite);

    /// <summary>Compares with a fold of the journal, symbol by symbol, each behind its own record.</summary>
    public StoreVerification Verify(long end)
    {
        using var connection = RedisConnection.Open(Options, () => { });
        return new RedisVerification(Options, Keys, Folds, connection).Run(Recall(end), end);
    }

    /// <summary>Returns every key with its content, the prefix left out.</summary>
    public List<string> Dump()
    {
        using var connection = RedisConnection.Open(Options, () => { });
        var names = connection.ReadSet(Keys.Symbols);
        List<string> lines = [.. connection.ReadHash(Keys.Position).Select(field => $"position {field}")];
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var keys = Keys.OfSymbol(name);
            lines.AddRange(connection.ReadHash(keys[RedisKeys.Head]).Select(field => $"{name} head {field}"));
            lines.AddRange(SymbolContent.Read(connection, keys).SelectMany((content, key) => content.Select(line => $"{name} {key} {line}")));
        }

        return lines;
    }

    public void Dispose()
    {
        if (!_connection.IsValueCreated)
        {
            return;
        }

        _connection.Value.Dispose();
    }

    private JournalRecall Recall(long end) => new(_journal, () => end);
}
