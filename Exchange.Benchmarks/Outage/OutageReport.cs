using Exchange.Benchmarks.Durable;

namespace Exchange.Benchmarks.Outage;

/// <summary>Everything that `replicate --outage` measured; its JSON is this, with names in camelCase.</summary>
/// <param name="Verified">What `verify` said of each store at the end.</param>
internal sealed record OutageReport(
    MachineFacts Machine, OutageSettings Settings, IReadOnlyList<OutageRow> Rows, IReadOnlyDictionary<string, string> Verified, IReadOnlyList<string> Mismatches);

/// <param name="PerSecond">Orders due per second.</param>
/// <param name="Seconds">Length of a phase.</param>
/// <param name="Rounds">Of every fault.</param>
/// <param name="SlowMs">What a slow store adds to each piece of data, either way.</param>
internal sealed record OutageSettings(IReadOnlyList<string> Stores, IReadOnlyList<string> Faults, int PerSecond, int Seconds, int Rounds, int SlowMs);

/// <summary>
/// One fault of one store over all rounds. Ratios compare each outage with the two baselines around it, and are medians of the rounds. Latencies are
/// milliseconds from when an order was due to its answer, over all rounds together; memory is resident megabytes, at most.
/// </summary>
/// <param name="Refused">Orders of the outages that were not answered with success; of the baselines: <paramref name="BaselineRefused"/>.</param>
/// <param name="CatchUpP99Ratio">Of the orders between the end of the outage and its store's catching up.</param>
/// <param name="LagSequences">Told by health at most; <paramref name="LagSeconds"/> likewise.</param>
/// <param name="ConvergeSeconds">From the end of the outage until the store follows again, orders going on; most of the rounds.</param>
internal sealed record OutageRow(
    string Store, string Fault, int Orders, int Refused, int BaselineRefused, double BaselineP50Ms, double P50Ms, double P50Ratio,
    double BaselineP99Ms, double P99Ms, double P99Ratio, double P99RatioLeast, double P99RatioMost, double CatchUpP99Ratio,
    long LagSequences, double LagSeconds, double ConvergeSeconds, long BaselineMemoryMb, long MemoryMb)
{
    /// <summary>What C1 of RELIABILITY.md allows.</summary>
    public const double P99RatioMax = 1.10;

    public bool IsWithin => P99Ratio <= P99RatioMax;
}
