using Exchange.Replication.Following;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>The SQL history, on each database.</summary>
[TestFixture("sqlite")]
[TestFixture("postgres")]
internal sealed class SqlReplicatorTests(string provider) : ReplicatorConformance
{
    protected override IStore NewStore() => new Store(provider);

    protected override int WritesPerFailure => provider == "postgres" ? 30 : base.WritesPerFailure;

    private sealed class Store(string provider) : IStore
    {
        private readonly HistoryStore _history = HistoryStore.On(provider);

        public IReplicator NewReplicator(Action<string>? beforeStatement = null) => _history.NewReplicator(beforeStatement, openOrdersCached: 5);

        public IReadOnlyList<string> DifferencesFrom(IStore other) => _history.DifferencesFrom(((Store)other)._history);

        public void Dispose() => _history.Dispose();
    }
}
