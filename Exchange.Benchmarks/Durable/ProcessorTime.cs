using System.Globalization;

namespace Exchange.Benchmarks.Durable;

/// <summary>Processor time as Linux counts it: of this process's threads by name, of this process, of the whole machine.</summary>
/// <param name="ByThreadNs">Nanoseconds on a processor since the thread began; threads of one name are added up.</param>
/// <param name="ProcessNs">Nanoseconds of the whole process.</param>
/// <param name="MachineBusyNs">Nanoseconds of all processes and the kernel, on all processors.</param>
internal sealed record ProcessorTime(IReadOnlyDictionary<string, long> ByThreadNs, long ProcessNs, long MachineBusyNs)
{
    private const long NanosecondsPerClockTick = 10_000_000;

    /// <summary>Columns of /proc/stat's first line that are idle time.</summary>
    private static readonly int[] IdleColumns = [4, 5];

    public static ProcessorTime Now()
    {
        Dictionary<string, long> byThread = [];
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                var name = File.ReadAllText(Path.Combine(task, "comm")).Trim();
                var onProcessor = File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0];
                byThread[name] = byThread.GetValueOrDefault(name) + long.Parse(onProcessor, CultureInfo.InvariantCulture);
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException)
            {
                // The thread ended between the listing and the reading.
                continue;
            }
        }

        return new ProcessorTime(byThread, Environment.CpuUsage.TotalTime.Ticks * 100, MachineBusy());
    }

    /// <summary>Nanoseconds that the threads named <paramref name="thread"/> have used since <paramref name="before"/>.</summary>
    public long Since(ProcessorTime before, string thread) => ByThreadNs.GetValueOrDefault(thread) - before.ByThreadNs.GetValueOrDefault(thread);

    /// <summary>Processors, on average, that other processes kept busy since <paramref name="before"/>.</summary>
    public double OthersSince(ProcessorTime before, TimeSpan elapsed) =>
        Math.Max(0, (MachineBusyNs - before.MachineBusyNs - (ProcessNs - before.ProcessNs)) / elapsed.TotalNanoseconds);

    private static long MachineBusy()
    {
        using var reader = new StreamReader("/proc/stat");
        var columns = reader.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long ticks = 0;

        // Column 0 is the word "cpu"; guest time (9, 10) is part of user time already.
        for (var column = 1; column < Math.Min(columns.Length, 9); column++)
        {
            if (!IdleColumns.Contains(column))
            {
                ticks += long.Parse(columns[column], CultureInfo.InvariantCulture);
            }
        }

        return ticks * NanosecondsPerClockTick;
    }
}
