using Exchange.Replication.DynamoDb;
using Exchange.Replication.Following;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>Orders and books on an emulator of DynamoDB.</summary>
[TestFixture]
internal sealed class DynamoDbReplicatorTests : ReplicatorConformance
{
    protected override int WritesPerFailure => 60;

    protected override IStore NewStore() => new Store(new DynamoDbTestStore(Journal, LocalServices.Shared.DynamoDbUrl));

    /// <summary>
    /// An item is one unit, so some may be ahead of the store's position: each must be what the journal says behind its own record, and must know what it was
    /// behind the position.
    /// </summary>
    protected override void AssertHeldBack(IStore store, IStore before, IStore behind, string when)
    {
        var broken = ((Store)store).DynamoDb;
        Assert.That(broken.Verify(LastSequence).Differences, Is.Empty, when);
        Assert.That(Position(broken), Is.EqualTo(Position(((Store)before).DynamoDb)), when);

        static JournalPosition Position(DynamoDbTestStore store)
        {
            using var connection = store.Connect();
            return StoredPosition.Read(connection, store.Tables.Orders).Position;
        }
    }

    private sealed class Store(DynamoDbTestStore store) : IStore
    {
        public DynamoDbTestStore DynamoDb => store;

        public IReplicator NewReplicator(Action<string>? beforeStatement = null) => store.NewReplicator(beforeStatement);

        public IReadOnlyList<string> DifferencesFrom(IStore other)
        {
            var (mine, others) = (Dump(store), Dump(((Store)other).DynamoDb));
            return [.. mine.Except(others).Select(line => $"too much: {line}"), .. others.Except(mine).Select(line => $"missing: {line}")];
        }

        public void Dispose() => store.Dispose();

        private static List<string> Dump(DynamoDbTestStore store) => [.. store.DumpOrders(), .. store.DumpBooks()];
    }
}
