using Exchange.MarketData;
using Exchange.Matching.Journal;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using Exchange.Replication.Redis;

namespace Exchange.Benchmarks.Replicate;

/// <summary>Market data on the Redis that the environment names, with default options, under a prefix of its own.</summary>
internal sealed class RedisTarget(string directory) : IReplicateTarget
{
    public const string ConnectionVariable = "EXCHANGE_REDIS";

    private static readonly MarketFolds Folds = new(new MarketDataView());

    private readonly RedisOptions _options = new()
    {
        ConnectionString = Environment.GetEnvironmentVariable(ConnectionVariable) is { Length: > 0 } given
            ? given
            : throw new UsageException($"{ConnectionVariable} names no server, for example 127.0.0.1:6379"),
        KeyPrefix = $"replicate-{Environment.ProcessId}:",
    };

    private RedisKeys Keys => new(_options.KeyPrefix, Folds.CandleIntervals);

    public IReplicator NewReplicator()
    {
        // The store is empty: nothing is read again.
        var recall = new JournalRecall(new FileStorage(directory, JournalSyncMethod.Fdatasync, _ => { }), () => 0);
        return new RedisReplicator(_options, Keys, () => new MarketOrigin(MarketReplica.Empty(Folds), recall));
    }

    public double? UnitsPerSecondAtMost() => null;

    public void Dispose()
    {
        using var connection = RedisConnection.Open(_options, () => { });
        foreach (var name in connection.ReadSet(Keys.Symbols))
        {
            connection.Delete(Keys.OfSymbol(name));
        }

        connection.Delete([Keys.Position]);
        connection.Delete([Keys.Symbols]);
    }
}
