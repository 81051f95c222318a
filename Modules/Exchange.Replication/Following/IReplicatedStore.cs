using Exchange.Matching.Ports;

namespace Exchange.Replication.Following;

/// <summary>
/// A kind of store that the exchange can replicate to: whether the options ask for it, its replicator, and how it is made anew and verified.
/// A new store is one class of this and one line in <see cref="ReplicationModuleRegistration"/>. Making it connects to nothing.
/// </summary>
internal interface IReplicatedStore
{
    /// <summary>As its replicator: for log, metrics and the verbs <c>rebuild</c> and <c>verify</c>.</summary>
    string Name { get; }

    /// <summary>Whether the options switch it on; they do not change while the process runs.</summary>
    bool IsOn { get; }

    /// <summary>Returns the replicator of the store that is in use. Connects to nothing before <see cref="IReplicator.Open"/>.</summary>
    IReplicator NewReplicator();

    /// <summary>
    /// Makes the store anew from the journal and puts it in the present one's place; whatever fails leaves the present one as it is, or, where the
    /// store cannot hold two, empty behind position 0, so that the next start follows from the beginning. For a stopped exchange.
    /// </summary>
    /// <param name="journal">The data directory.</param>
    /// <param name="endSequence">The journal's last sequence.</param>
    /// <returns>The sequence that it holds then.</returns>
    long Rebuild(IStorage journal, long endSequence);

    /// <summary>Compares the store with what the journal says up to its position; changes nothing. For a stopped exchange.</summary>
    /// <exception cref="RebuildNeededException">The store cannot be continued from where it stands.</exception>
    StoreVerification Verify(IStorage journal, long endSequence);
}

/// <summary>The store that answers questions about what has left memory. One at most is on.</summary>
internal interface IHistoryStore : IReplicatedStore
{
    /// <summary>Returns the reader; the module disposes it where it can be disposed.</summary>
    /// <param name="usablePosition">How far the store can be used; 0 while it cannot. Any thread, without blocking.</param>
    IHistory NewHistory(Func<long> usablePosition);
}
