namespace Exchange.Replication;

/// <summary>
/// The replication module's door: how far the stores may follow. Any thread; positions only rise.
/// </summary>
public interface IReplicationModule
{
    /// <summary>The highest sequence known to be synced to this machine's journal; 0 before the first.</summary>
    long DurableSequence { get; }

    /// <summary>
    /// The highest sequence that a replicator may apply to its store. Equal to <see cref="DurableSequence"/> until a shared journal is
    /// configured; then the last sequence committed there, so that no store holds an event that the surviving history lacks.
    /// </summary>
    long ReplicableSequence { get; }
}
