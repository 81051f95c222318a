using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using Microsoft.Extensions.Options;

namespace Exchange.Replication.DynamoDb;

/// <summary>State of all orders, open orders by symbol, and books, for other processes.</summary>
/// <param name="published">The symbols that the recovery restores.</param>
internal sealed class DynamoDbStore(IOptions<DynamoDbOptions> options, AwsClients clients, IMarketFolds folds, SymbolDirectory published) : IRecoveredStore
{
    private readonly DynamoDbOptions _options = options.Value;
    private readonly DynamoDbTables _tables = new(options.Value);
    private MarketOrigin? _origin;

    public string Name => "dynamodb";

    public bool IsOn => _options.TablePrefix.Length > 0;

    public IReplicator NewReplicator() => NewReplicator(
        () => _origin ?? throw new InvalidOperationException("the replicator starts behind the recovery"));

    public void Recovered(IStorage journal, long sequence, Func<long> replicableSequence) => _origin = new MarketOrigin(
        MarketReplica.CopyOfViews(folds, published, sequence), new JournalRecall(journal, replicableSequence));

    /// <summary>
    /// Empties the tables and follows the journal from its begin. The store cannot hold two: whatever ends this leaves it emptied, or on its way, and the
    /// next start goes on from there.
    /// </summary>
    public long Rebuild(IStorage journal, long endSequence)
    {
        try
        {
            using (var connection = Connect(() => { }))
            {
                _tables.PrepareAsync(connection.Client).GetAwaiter().GetResult();
                DynamoDbClearing.Run(connection, _tables);
            }

            var origin = new MarketOrigin(MarketReplica.Empty(folds), new JournalRecall(journal, () => endSequence));
            using var follower = new JournalFollower(NewReplicator(() => origin), journal, () => endSequence, int.MaxValue);
            while (follower.Step())
            {
            }

            return follower.Position.Sequence;
        }
        catch (Exception failure) when (AwsFailure.IsOfService(failure))
        {
            throw new IOException(failure.Message, failure);
        }
    }

    public StoreVerification Verify(IStorage journal, long endSequence)
    {
        try
        {
            using var connection = Connect(() => { });
            _tables.PrepareAsync(connection.Client).GetAwaiter().GetResult();
            return new DynamoDbVerification(_tables, folds, connection).Run(new JournalRecall(journal, () => endSequence), endSequence);
        }
        catch (Exception failure) when (AwsFailure.IsOfService(failure))
        {
            throw new IOException(failure.Message, failure);
        }
    }

    private DynamoDbReplicator NewReplicator(Func<MarketOrigin> origin) => new(_options, Connect, origin, TimeProvider.System);

    private DynamoDbConnection Connect(Action onRequest) => new(clients.NewDynamoDb(), _options.RequestsAtOnce, onRequest);
}
