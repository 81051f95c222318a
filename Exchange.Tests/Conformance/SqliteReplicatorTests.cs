using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>The SQL history on SQLite.</summary>
[TestFixture]
internal sealed class SqliteReplicatorTests : ReplicatorConformance
{
    protected override IStore NewStore() => new Store();

    private sealed class Store : IStore
    {
        private readonly HistoryStore _history = new();

        public IReplicator NewReplicator(Action<string>? beforeStatement = null) => _history.NewReplicator(beforeStatement, openOrdersCached: 5);

        public IReadOnlyList<string> DifferencesFrom(IStore other) => SqlComparison.Differences(_history.FilePath, ((Store)other)._history.FilePath);

        public void Dispose() => _history.Dispose();
    }
}
