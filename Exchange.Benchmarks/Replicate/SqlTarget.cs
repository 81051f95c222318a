using Exchange.Benchmarks.History;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;

namespace Exchange.Benchmarks.Replicate;

/// <summary>The SQL history on one of its databases, with default options; commits are durable.</summary>
internal sealed class SqlTarget(string provider, string directory) : IReplicateTarget
{
    private readonly HistoryDatabase _opened = HistoryDatabase.Open(provider, directory);

    public IReplicator NewReplicator() =>
        new SqlReplicator(() => _opened.Database.OpenForWriting(_opened.Database.Place), new SqlOptions().OpenOrdersCached);

    public void Dispose() => _opened.Dispose();
}
