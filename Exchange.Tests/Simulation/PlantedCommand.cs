#if PLANTED
using System.Diagnostics;
using System.Globalization;
using Exchange.Matching.Types;
#endif

namespace Exchange.Tests.Simulation;

/// <summary>
/// `planted`: runs every planted bug through the simulation and reports how many seeds it took to catch it (RELIABILITY A5). Only in a build of the
/// configuration Planted: `dotnet run -c Planted --project Exchange.Tests -- planted`.
/// </summary>
internal static class PlantedCommand
{
    public const string Name = "planted";

    public const string Usage = "planted [BUG …]";

#if PLANTED
    private const int SeedsMax = 5_000;
    private const int MedianMax = 200;

    /// <summary>Returns 0 when every bug was caught, the median within 200 seeds and none beyond 5,000; 1 otherwise.</summary>
    public static int Run(string[] names)
    {
        var bugs = Enum.GetValues<PlantedBug>()
            .Where(bug => bug != PlantedBug.None && (names.Length == 0 || names.Contains(bug.ToString())))
            .ToArray();
        var watch = Stopwatch.StartNew();
        var results = new (int Seeds, string Caught)[bugs.Length];
        var next = -1;
        void Work()
        {
            for (var i = Interlocked.Increment(ref next); i < bugs.Length; i = Interlocked.Increment(ref next))
            {
                results[i] = Catch(bugs[i]);
                Console.Error.WriteLine($"{bugs[i]}: {results[i].Seeds} seeds");
            }
        }

        Task.WaitAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(Work, TaskCreationOptions.LongRunning)).ToArray());
        for (var i = 0; i < bugs.Length; i++)
        {
            Console.WriteLine($"| {bugs[i]} | {(results[i].Seeds == 0 ? $"NOT CAUGHT in {SeedsMax}" : results[i].Seeds.ToString(CultureInfo.InvariantCulture))} | {results[i].Caught} |");
        }

        var caught = results.Where(result => result.Seeds > 0).Select(result => result.Seeds).Order().ToArray();
        var median = caught.Length == 0 ? 0 : caught[caught.Length / 2];
        Console.WriteLine($"{caught.Length} of {bugs.Length} planted bugs caught, median {median} seeds, most {caught.LastOrDefault()}, {watch.Elapsed.TotalSeconds:F0} s");
        return caught.Length == bugs.Length && median <= MedianMax ? 0 : 1;
    }

    /// <summary>Returns the number of seeds, from 1 on, until the bug was caught (0: it was not), and by what.</summary>
    private static (int Seeds, string Caught) Catch(PlantedBug bug)
    {
        Planted.Active = bug;
        try
        {
            for (var seed = 1; seed <= SeedsMax; seed++)
            {
                try
                {
                    SimulationRun.Run((ulong)seed);
                }
                catch (SimulationFailedException failure)
                {
                    var what = failure.InnerException!.Message.Split('\n')[0];
                    return (seed, what.Length > 140 ? what[..140] + "…" : what);
                }
            }
        }
        finally
        {
            Planted.Active = PlantedBug.None;
        }

        return (0, "");
    }
#else
    public static int Run(string[] names)
    {
        Console.Error.WriteLine($"{string.Join(' ', names)}: this build has no planted bugs; use -c Planted");
        return 64;
    }
#endif
}
