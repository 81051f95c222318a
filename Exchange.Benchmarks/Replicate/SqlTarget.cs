using Exchange.Benchmarks.History;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;

namespace Exchange.Benchmarks.Replicate;

/// <summary>The SQL history on one of its databases, with default options; commits are durable.</summary>
/// <param name="appendsOnly">Whether orders, balances and candles are left out: see <see cref="AppendOnlyWriter"/>.</param>
internal sealed class SqlTarget(string provider, string directory, bool appendsOnly = false) : IReplicateTarget
{
    private readonly HistoryDatabase _opened = HistoryDatabase.Open(provider, directory);

    public IReplicator NewReplicator() => appendsOnly
        ? new SqlReplicator(() => new AppendOnlyWriter(OpenForWriting()), int.MaxValue)
        : new SqlReplicator(OpenForWriting, new SqlOptions().OpenOrdersCached);

    public double? UnitsPerSecondAtMost() => null;

    public void Dispose() => _opened.Dispose();

    private IRowWriter OpenForWriting() => _opened.Database.OpenForWriting(_opened.Database.Place);
}
