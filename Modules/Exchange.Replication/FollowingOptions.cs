using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>How every replicator follows the journal; section `Exchange:Replication:Following`, checked at start.</summary>
public sealed class FollowingOptions
{
    public const string Section = "Exchange:Replication:Following";

    /// <summary>
    /// Milliseconds between two looks at the journal when nothing is left to do: 1 to 10,000, default 50. Shorter keeps stores closer behind;
    /// longer makes fewer and larger transactions, each of which syncs the store's disk.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = "Exchange:Replication:Following:PollIntervalMs is a number of milliseconds from 1 to 10000.")]
    public int PollIntervalMs { get; set; } = 50;

    /// <summary>
    /// Units of a store (rows, items, messages) after which a batch is committed: 1 to 1,000,000, default 50,000. More catches up faster after an
    /// outage; fewer bounds the memory of a batch (some 150 bytes a row) and what is done again after a failure. A store whose own limits are
    /// lower commits earlier.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Exchange:Replication:Following:BatchUnits is a number of units from 1 to 1000000.")]
    public int BatchUnits { get; set; } = 50_000;

    /// <summary>
    /// Milliseconds that a start waits for the history store to open, and for no other one: 0 to 60,000, default 5,000. Longer spares clients the 503 about old
    /// orders when a server is slow; shorter takes orders sooner when it is away.
    /// </summary>
    [Range(0, 60_000, ErrorMessage = "Exchange:Replication:Following:OpenWaitMs is a number of milliseconds from 0 to 60000.")]
    public int OpenWaitMs { get; set; } = 5_000;

    /// <summary>Milliseconds before the second try after a failure, doubled for each further one: 1 to 60,000, default 100.</summary>
    [Range(1, 60_000, ErrorMessage = "Exchange:Replication:Following:BackOffMs is a number of milliseconds from 1 to 60000.")]
    public int BackOffMs { get; set; } = 100;

    /// <summary>
    /// Milliseconds between two tries at most: 1 to 600,000, default 10,000. Longer spares a store that comes back under load; shorter ends the lag
    /// sooner.
    /// </summary>
    [Range(1, 600_000, ErrorMessage = "Exchange:Replication:Following:BackOffMaxMs is a number of milliseconds from 1 to 600000.")]
    public int BackOffMaxMs { get; set; } = 10_000;
}
