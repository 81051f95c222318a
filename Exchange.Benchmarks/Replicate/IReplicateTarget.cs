using Exchange.Replication.Following;

namespace Exchange.Benchmarks.Replicate;

/// <summary>A store that `replicate` measures: empty when made, gone when disposed. Another store is another class and a line in <see cref="ReplicateCommand"/>.</summary>
internal interface IReplicateTarget : IDisposable
{
    IReplicator NewReplicator();
}
