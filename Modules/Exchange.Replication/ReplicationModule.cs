namespace Exchange.Replication;

/// <summary>The positions, read from the journal's own counter at every call.</summary>
internal sealed class ReplicationModule(Func<long> durableSequence) : IReplicationModule
{
    public long DurableSequence => durableSequence();

    public long ReplicableSequence => durableSequence();
}
