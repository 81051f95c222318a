using System.Diagnostics;
using Exchange.Benchmarks.Durable;
using Exchange.Benchmarks.Processes;

namespace Exchange.Benchmarks.Outage;

/// <summary>A stretch of the run: from when to when (stopwatch timestamps), and what was seen of the host meanwhile, at most.</summary>
internal sealed record OutagePhase(long From, long To, long ResidentBytes, long LagSequences, long LagMs)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public double Seconds => Stopwatch.GetElapsedTime(From, To).TotalSeconds;

    /// <summary>Does something and looks at the host until it is done.</summary>
    /// <param name="store">Whose lag is looked at; null for nobody's.</param>
    public static async Task<OutagePhase> WatchAsync(HostProcess host, string? store, Func<Task> action)
    {
        var from = Stopwatch.GetTimestamp();
        long resident = 0, sequences = 0, ms = 0;
        var running = Task.Run(action);
        do
        {
            await Task.WhenAny(running, Task.Delay(PollInterval)).ConfigureAwait(false);
            var stores = await ReplicatorHealth.ReadAsync(host).ConfigureAwait(false);
            if (stores.FirstOrDefault(each => each.Name == store) is { } health)
            {
                (sequences, ms) = (Math.Max(sequences, health.LagSequences), Math.Max(ms, health.LagMs));
            }

            using var process = Process.GetProcessById(host.Id);
            resident = Math.Max(resident, process.WorkingSet64);
        }
        while (!running.IsCompleted);

        await running.ConfigureAwait(false);
        return new OutagePhase(from, Stopwatch.GetTimestamp(), resident, sequences, ms);
    }

    /// <summary>Orders that were due in it.</summary>
    public IEnumerable<LoadSample> Of(IReadOnlyList<LoadSample> samples) => samples.Where(sample => sample.IntendedAt >= From && sample.IntendedAt < To);

    /// <summary>Percentiles of the orders due in these phases; null when there are none.</summary>
    public static LatencySummary? Summary(IReadOnlyList<LoadSample> samples, params IEnumerable<OutagePhase> phases) =>
        phases.SelectMany(phase => phase.Of(samples)).Select(sample => sample.Ticks).ToArray() is { Length: > 0 } ticks ? LatencySummary.Of(ticks) : null;
}
