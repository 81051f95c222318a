using Exchange.Replication.Following;

namespace Exchange.Benchmarks.Replicate;

/// <summary>A store that `replicate` measures: empty when made, gone when disposed. Another store is another class and a line in <see cref="ReplicateCommand"/>.</summary>
internal interface IReplicateTarget : IDisposable
{
    IReplicator NewReplicator();

    /// <summary>What the store takes at most of what it was sent, units a second, sent by somebody who does nothing else; null where nobody measures that.</summary>
    double? UnitsPerSecondAtMost();
}
