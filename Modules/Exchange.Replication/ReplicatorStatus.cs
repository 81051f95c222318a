namespace Exchange.Replication;

/// <summary>What a replicator is doing.</summary>
public enum ReplicatorState
{
    /// <summary>Not opened yet.</summary>
    Starting = 0,

    /// <summary>Applies what becomes replicable.</summary>
    Following = 1,

    /// <summary>The store failed or cannot be reached: tried again after a while. <see cref="ReplicatorStatus.LastError"/> says why.</summary>
    BackingOff = 2,

    /// <summary>The store cannot be continued and is not touched any more: run <c>rebuild</c>.</summary>
    RebuildNeeded = 3,

    /// <summary>Stopped with the process.</summary>
    Stopped = 4,
}

/// <summary>One replicator as it stands now: for metrics, health and pages.</summary>
/// <param name="Name">For example <c>sql</c>.</param>
/// <param name="AppliedSequence">Last sequence whose effects the store holds durably.</param>
/// <param name="LagSequences">Replicable sequences that it does not hold yet.</param>
/// <param name="LagUs">Microseconds since it last held all of them; 0 while it does.</param>
/// <param name="Batches">Batches that were committed since the start.</param>
/// <param name="Units">What they held, in the store's own units: rows, items, messages.</param>
/// <param name="RoundTrips">Times that the store was asked and its answer waited for, since the start.</param>
/// <param name="LastError">Why it failed last; null when it has not, or has recovered.</param>
public sealed record ReplicatorStatus(
    string Name, ReplicatorState State, long AppliedSequence, long LagSequences, long LagUs, long Batches, long Units, long RoundTrips, string? LastError);
