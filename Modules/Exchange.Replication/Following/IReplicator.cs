using Exchange.Matching.Events;

namespace Exchange.Replication.Following;

/// <summary>
/// One store that follows the journal: what differs from store to store. <see cref="JournalFollower"/> calls it, on one thread, in this order:
/// <code>
/// Open ─► (Apply … Apply ─► Commit) … ─► Close        Close may come at any time; Open after Close begins anew
/// </code>
/// A call that fails leaves the store at its last commit, or (a commit whose outcome is unknown) at the one that was under way; Open tells
/// which. Every implementation passes <c>ReplicatorConformance</c>.
/// </summary>
internal interface IReplicator
{
    /// <summary>For log, metrics and verbs, for example <c>sql</c>.</summary>
    string Name { get; }

    /// <summary>What was applied since the last commit, in the store's own units of work (rows, items, messages): bounds a batch.</summary>
    int PendingCount { get; }

    /// <summary>Units after which the store wants a commit, whatever the options allow: its own limit of a batch.</summary>
    int PendingMax => int.MaxValue;

    /// <summary>Times that it sent something to the store and waited for the answer, since it was made; for metrics. Any thread.</summary>
    long RoundTrips { get; }

    /// <summary>Connects, brings the store's schema up to date and returns the position that it keeps with its data.</summary>
    /// <exception cref="RebuildNeededException">The store cannot be continued.</exception>
    JournalPosition Open();

    /// <summary>Takes a record in; it is the one behind the last. Nothing of it shows in the store before the commit.</summary>
    /// <param name="epoch">Of the group that the record came with.</param>
    /// <exception cref="InvariantBrokenException">Store and journal do not belong together.</exception>
    void Apply(long epoch, in Record record);

    /// <summary>
    /// Stores what was applied and the position together: whatever happens, the store holds either all of both or can take the same records
    /// again with the same result.
    /// </summary>
    void Commit(in JournalPosition position);

    /// <summary>Drops what was not committed and ends the connection. Does not throw.</summary>
    void Close();
}
