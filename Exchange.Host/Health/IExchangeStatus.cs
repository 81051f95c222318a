using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Replication;

namespace Exchange.Host.Health;

/// <summary>Where the exchange stands between start and stop. Any thread; the answer may be outdated when it arrives.</summary>
internal interface IExchangeStatus
{
    /// <summary>Recovered, its journal healthy, and admitting commands.</summary>
    bool IsReady { get; }

    /// <summary>What it does now, in a word: for example <c>recovering</c>, <c>running</c>, <c>draining</c>, <c>failed</c>.</summary>
    string Phase { get; }

    /// <summary>What the journal's disk has room for: beyond Normal new orders are refused, beyond Reserve everything is.</summary>
    JournalRoom Room => JournalRoom.Normal;

    /// <summary>Snapshots and segments; null before the recovery.</summary>
    HousekeepingStatus? Housekeeping => null;

    /// <summary>The stores that follow the journal.</summary>
    IReadOnlyList<ReplicatorStatus> Replicators { get; }

    /// <summary>Last sequence that the views show: it grows while recovering, too.</summary>
    long Sequence { get; }
}
