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

    /// <summary>Where the journal's closed segments and snapshots are kept for good; null where no archive is configured. Connects when first used.</summary>
    IArchive? Archive { get; }

    /// <summary>Every configured replicator as it stands now: for metrics, health and pages.</summary>
    IReadOnlyList<ReplicatorStatus> Replicators { get; }

    /// <summary>
    /// Makes the configured replicators and registers them as followers of the journal. Called once by the owner of the pipeline, before the
    /// pipeline starts, so that no segment goes that they need.
    /// </summary>
    void Prepare(IStorage storage, JournalFollowers followers);

    /// <summary>
    /// Lets stores take over what the views hold. Called once by the owner of the pipeline, behind its recovery and before its start, while nothing
    /// changes the views.
    /// </summary>
    /// <param name="sequence">Behind which the views stand.</param>
    void Recovered(IStorage storage, long sequence);

    /// <summary>
    /// Starts the replicators. Called once by the owner of the pipeline when recovery has ended. Completes when the store that keeps history was opened
    /// or could not be, at the latest behind <see cref="FollowingOptions.OpenWaitMs"/>; other stores are not waited for. No failure of a store is one of
    /// this call.
    /// </summary>
    Task StartAsync();

    /// <summary>
    /// Makes a store anew from the journal, continued over what the archive has of it, and puts it in the present one's place; whatever fails leaves the present one as it is. For an exchange that is
    /// not running: the caller holds the data directory's lock. Without <see cref="Prepare"/>.
    /// </summary>
    /// <param name="store">For example <c>sql</c>.</param>
    /// <param name="endSequence">The journal's last sequence.</param>
    /// <returns>The sequence that the store holds then; less than the end where the next start has to send or write what follows.</returns>
    /// <exception cref="ArgumentException">No such store is configured.</exception>
    /// <exception cref="IOException">The store cannot be reached, or refuses.</exception>
    long Rebuild(string store, IStorage storage, long endSequence);

    /// <summary>
    /// Compares a store, row by row, with one made anew from the journal up to its position. As above; changes nothing. <c>archive</c> reads the archive whole.
    /// </summary>
    /// <exception cref="ArgumentException">No such store is configured.</exception>
    /// <exception cref="IOException">The store cannot be reached, or refuses.</exception>
    /// <exception cref="RebuildNeededException">The store cannot be continued from where it stands.</exception>
    StoreVerification Verify(string store, IStorage storage, long endSequence);

    /// <summary>Ends the replicators behind the batches under way; the next start goes on from there. Called once; without Prepare it does nothing.</summary>
    void Stop();
}

/// <summary>What a verification found.</summary>
/// <param name="Sequence">The store's position.</param>
/// <param name="Differences">One line for each table that differs from what the journal says; empty when all rows are equal.</param>
public sealed record StoreVerification(long Sequence, IReadOnlyList<string> Differences)
{
    /// <summary>What could not be looked at; null when everything was.</summary>
    public string? Limit { get; init; }
}
