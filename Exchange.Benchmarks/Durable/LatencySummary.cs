using System.Diagnostics;

namespace Exchange.Benchmarks.Durable;

/// <summary>Percentiles of durations, in microseconds.</summary>
internal sealed record LatencySummary(double P50Us, double P90Us, double P99Us, double P999Us, double MaxUs)
{
    /// <param name="ticks">Stopwatch ticks, at least one; sorted here.</param>
    public static LatencySummary Of(Span<long> ticks)
    {
        ticks.Sort();
        return new LatencySummary(At(ticks, 0.5), At(ticks, 0.9), At(ticks, 0.99), At(ticks, 0.999), At(ticks, 1));
    }

    /// <summary>Returns the smallest value that at least the share <paramref name="share"/> of all values does not exceed.</summary>
    private static double At(ReadOnlySpan<long> sorted, double share) =>
        sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)] * 1e6 / Stopwatch.Frequency;
}
