using System.Globalization;
using Exchange.Benchmarks.Workloads;

namespace Exchange.Benchmarks.Core;

/// <summary>Interleaved passes of several workloads, so that what the machine does besides hits all alike.</summary>
internal static class CoreRuns
{
    /// <summary>For the compiler's background thread to finish what the warm-up has asked of it.</summary>
    private static readonly TimeSpan CompilerPause = TimeSpan.FromMilliseconds(500);

    public static List<CoreResult> Measure(IReadOnlyList<Workload> workloads, int runs, TextWriter progress)
    {
        progress.WriteLine("warming up");
        foreach (var workload in workloads)
        {
            // Not counted: here the code reaches its final tier, as it does in a host's first seconds.
            _ = CorePass.Run(workload);
            Thread.Sleep(CompilerPause);
        }

        var passes = workloads.Select(_ => new List<CorePass>()).ToList();
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < workloads.Count; i++)
            {
                var pass = CorePass.Run(workloads[i]);
                passes[i].Add(pass);
                progress.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{workloads[i].Definition.Name} run {run + 1}: {pass.NsPerCommand:F1} ns, {pass.Mismatch ?? "trades as defined"}"));
            }
        }

        return [.. workloads.Select((workload, i) => CoreResult.Of(workload.Definition, passes[i]))];
    }
}
