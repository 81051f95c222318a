namespace Exchange.Benchmarks.Core;

/// <summary>One size of one thing that grows.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="NsPerCommand">Thread CPU of the engine's whole step, the least of the passes.</param>
/// <param name="Ratio">To the first row of the same series.</param>
/// <param name="RatioLimit">Most that the ratio may be.</param>
/// <param name="AllocatedBytesPerCommand">Managed bytes.</param>
/// <param name="MemoryPerOrder">
/// Memory of the process that came with the resting orders, bytes per order, everything counted; 0 where other things hide it.
/// </param>
internal sealed record GrowthRow(
    string Series,
    string Name,
    int RestingOrders,
    int Symbols,
    double NsPerCommand,
    double Ratio,
    double RatioLimit,
    double AllocatedBytesPerCommand,
    double MemoryPerOrder,
    string? Mismatch)
{
    /// <summary>Most bytes of memory per resting order, everything counted.</summary>
    public const double MemoryLimit = 256;

    public bool IsWithin => Ratio <= RatioLimit && MemoryPerOrder <= MemoryLimit;
}
