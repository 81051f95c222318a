using Exchange.Matching.Ports;

namespace Exchange.Replication.Following;

/// <summary>A store that is written from the state that the recovery has restored, rather than from what it holds itself.</summary>
internal interface IRecoveredStore : IReplicatedStore
{
    /// <summary>The views stand behind a sequence, and nothing changes them until this returns. Called once, before replicators start.</summary>
    /// <param name="replicableSequence">See <see cref="IReplicationModule.ReplicableSequence"/>.</param>
    void Recovered(IStorage journal, long sequence, Func<long> replicableSequence);
}
