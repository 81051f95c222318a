namespace Exchange.Benchmarks.Durable;

/// <summary>Orders submitted one at a time by each of some callers, who await each durable answer.</summary>
internal sealed record RoundTripResult
{
    public required string SyncMethod { get; init; }

    public required int Callers { get; init; }

    public required int Rounds { get; init; }

    public required double RoundsPerSecond { get; init; }

    /// <summary>From before the order is handed over until the caller runs on with the answer.</summary>
    public required LatencySummary Latency { get; init; }

    public required double RoundsPerGroup { get; init; }

    /// <summary>Write and sync of a group alone: what of the latency is the device's.</summary>
    public required LatencySummary GroupLatency { get; init; }

    /// <summary>Managed bytes allocated by the whole process per round, the caller's included.</summary>
    public required double AllocatedBytesPerRound { get; init; }

    /// <summary>Managed bytes allocated by the publisher thread per round: views and answers.</summary>
    public required double PublisherBytesPerRound { get; init; }

    /// <summary>Processors, on average, that other processes kept busy meanwhile.</summary>
    public required double ProcessorsUsedByOthers { get; init; }

    /// <summary>What was not as expected; empty when all was.</summary>
    public required IReadOnlyList<string> Mismatches { get; init; }
}
