using System.Diagnostics;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>The machine's clocks. The only place of the core that reads them. Any thread.</summary>
public sealed class SystemClock : IClock
{
    private const long MicrosecondsPerSecond = 1_000_000;

    public static SystemClock Instance { get; } = new();

    public long MonotonicUs
    {
        get
        {
            // Why split: the product of a whole timestamp and a million overflows after some hours of uptime.
            var (seconds, rest) = Math.DivRem(Stopwatch.GetTimestamp(), Stopwatch.Frequency);
            return seconds * MicrosecondsPerSecond + rest * MicrosecondsPerSecond / Stopwatch.Frequency;
        }
    }

    public long WallUs => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
