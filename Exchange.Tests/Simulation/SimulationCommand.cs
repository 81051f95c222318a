using System.Diagnostics;
using System.Globalization;

namespace Exchange.Tests.Simulation;

/// <summary>`simulate`: many seeds on all processors, or one seed with its trace.</summary>
internal static class SimulationCommand
{
    public const string Name = "simulate";

    public const string Usage = "simulate [--seeds N] [--first SEED] [--threads N] | simulate --seed SEED [--trace]";

    /// <summary>Returns 0 when every seed held, 1 when one did not, 64 for arguments that are not understood.</summary>
    public static int Run(string[] arguments)
    {
        if (!TryRead(arguments, out var options))
        {
            Console.Error.WriteLine($"usage: {Usage}");
            return 64;
        }

        return options.TryGetValue("--seed", out var seed) ? RunOne(seed, options.ContainsKey("--trace")) : RunMany(options);
    }

    private static int RunOne(ulong seed, bool withTrace)
    {
        try
        {
            Console.WriteLine(SimulationRun.Run(seed, withTrace ? Console.WriteLine : null));
            return 0;
        }
        catch (SimulationFailedException failure)
        {
            Console.WriteLine(failure.Message);
            return 1;
        }
    }

    private static int RunMany(Dictionary<string, ulong> options)
    {
        var first = options.GetValueOrDefault("--first", 1UL);
        var count = (int)options.GetValueOrDefault("--seeds", 10_000UL);
        var threads = (int)options.GetValueOrDefault("--threads", (ulong)Environment.ProcessorCount);
        var watch = Stopwatch.StartNew();
        var swarm = new SimulationSwarm(first, count);
        var run = swarm.RunAsync(threads);
        var told = 0;
        void TellFailures()
        {
            foreach (var failure in swarm.Failures.Skip(told))
            {
                told++;
                Console.WriteLine(failure.Message);
                Console.WriteLine();
            }
        }

        while (!run.Wait(TimeSpan.FromSeconds(5)))
        {
            TellFailures();
            Console.Error.WriteLine($"{swarm.Done} of {count} seeds, {swarm.Failures.Count} failed, {PerSecond(swarm.Done, watch)} seeds/s");
        }

        TellFailures();
        Console.WriteLine(swarm.Report);
        Console.WriteLine(
            $"seeds {first} to {first + (ulong)count - 1}: {count - swarm.Failures.Count} held, {swarm.Failures.Count} failed, "
            + $"{watch.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s, {PerSecond(count, watch)} seeds/s on {threads} threads");
        return swarm.Failures.Count == 0 ? 0 : 1;
    }

    private static string PerSecond(int seeds, Stopwatch watch) => (seeds / watch.Elapsed.TotalSeconds).ToString("F1", CultureInfo.InvariantCulture);

    private static bool TryRead(string[] arguments, out Dictionary<string, ulong> options)
    {
        options = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--trace":
                    options["--trace"] = 1;
                    break;
                case "--seed" or "--seeds" or "--first" or "--threads"
                    when i + 1 < arguments.Length && ulong.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value):
                    options[arguments[i++]] = value;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
