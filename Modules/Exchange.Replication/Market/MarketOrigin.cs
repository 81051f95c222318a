using Exchange.Replication.Following;

namespace Exchange.Replication.Market;

/// <summary>Where a replicator of the market begins: a market at some sequence, and the journal, from which it can be brought further.</summary>
/// <param name="Market">The replicator's own from then on.</param>
internal sealed record MarketOrigin(MarketReplica Market, JournalRecall Recall);
