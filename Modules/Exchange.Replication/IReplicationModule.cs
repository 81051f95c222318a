using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Replication;

/// <summary>
/// The replication module's door: how far the stores may follow, the stores that do, and what they remember. Any thread unless a member says
/// otherwise; positions only rise.
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

    /// <summary>What has left memory, from the store that keeps history; finds nothing where none is configured.</summary>
    IHistory History { get; }

    /// <summary>Every configured replicator as it stands now: for metrics, health and pages.</summary>
    IReadOnlyList<ReplicatorStatus> Replicators { get; }

    /// <summary>
    /// Makes the configured replicators and registers them as followers of the journal. Called once by the owner of the pipeline, before the
    /// pipeline starts, so that no segment goes that they need.
    /// </summary>
    void Prepare(IStorage storage, JournalFollowers followers);

    /// <summary>
    /// Starts the replicators. Called once by the owner of the pipeline when recovery has ended. Completes when every store was opened or could
    /// not be; no failure of a store is one of this call.
    /// </summary>
    Task StartAsync();

    /// <summary>Ends the replicators behind the batches under way; the next start goes on from there. Called once; without Prepare it does nothing.</summary>
    void Stop();
}
