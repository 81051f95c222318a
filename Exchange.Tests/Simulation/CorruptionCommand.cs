using System.Globalization;

namespace Exchange.Tests.Simulation;

/// <summary>`corrupt`: damages synced files, very often, and starts from them.</summary>
internal static class CorruptionCommand
{
    public const string Name = "corrupt";

    public const string Usage = "corrupt [--count N] [--first SEED]";

    /// <summary>Returns 0 when no corruption came to a wrong state, 1 when one did, 64 for arguments that are not understood.</summary>
    public static int Run(string[] arguments)
    {
        var (count, first) = (100_000, 1UL);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || !ulong.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return Misunderstood();
            }

            switch (arguments[i])
            {
                case "--count":
                    count = (int)value;
                    break;
                case "--first":
                    first = value;
                    break;
                default:
                    return Misunderstood();
            }
        }

        var corruptions = new CorruptionRun(count, first);
        var run = corruptions.RunAsync(Environment.ProcessorCount);
        while (!run.Wait(TimeSpan.FromSeconds(5)))
        {
            Console.Error.WriteLine($"{corruptions.Done} of {count} corruptions");
        }

        foreach (var failure in corruptions.Failures)
        {
            Console.WriteLine(failure);
        }

        foreach (var (outcome, times) in corruptions.Outcomes)
        {
            Console.WriteLine($"{times,9}  {outcome}");
        }

        Console.WriteLine($"{count} corruptions, {corruptions.Failures.Count} came to a wrong state or were refused badly");
        return corruptions.Failures.Count == 0 ? 0 : 1;
    }

    private static int Misunderstood()
    {
        Console.Error.WriteLine($"usage: {Usage}");
        return 64;
    }
}
