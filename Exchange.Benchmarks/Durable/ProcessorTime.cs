using System.Globalization;

namespace Exchange.Benchmarks.Durable;

/// <summary>Processor time as Linux counts it: of this process's threads by name, of this process, of the whole machine.</summary>
/// <param name="ByThread">Since the thread began; threads of one name are added up.</param>
/// <param name="ProcessNs">Nanoseconds of the whole process.</param>
/// <param name="MachineBusyNs">Nanoseconds of all processes and the kernel, on all processors.</param>
internal sealed record ProcessorTime(IReadOnlyDictionary<string, ThreadTime> ByThread, long ProcessNs, long MachineBusyNs)
{
    private const long NanosecondsPerClockTick = 10_000_000;

    /// <summary>Columns of /proc/stat's first line that are idle time.</summary>
    private static readonly int[] IdleColumns = [4, 5];

    public static ProcessorTime Now()
    {
        Dictionary<string, ThreadTime> byThread = [];
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                var name = File.ReadAllText(Path.Combine(task, "comm")).Trim();
                var time = ThreadTime.Parse(File.ReadAllText(Path.Combine(task, "schedstat")));
                byThread[name] = byThread.GetValueOrDefault(name) + time;
            }
            catch (Exception gone) when (gone is IOException)
            {
                // The thread ended between the listing and the reading: it is none of those asked for, which live on.
                continue;
            }
        }

        return new ProcessorTime(byThread, Environment.CpuUsage.TotalTime.Ticks * 100, MachineBusy());
    }

    /// <summary>Nanoseconds on a processor of the thread that calls.</summary>
    public static long OfThisThreadNs() => ThreadTime.Parse(File.ReadAllText("/proc/thread-self/schedstat")).RunningNs;

    /// <summary>Nanoseconds that the threads named <paramref name="thread"/> ran since <paramref name="before"/>.</summary>
    public long Since(ProcessorTime before, string thread) =>
        ByThread.GetValueOrDefault(thread).RunningNs - before.ByThread.GetValueOrDefault(thread).RunningNs;

    /// <summary>Nanoseconds that the threads named <paramref name="thread"/> waited for a processor since <paramref name="before"/>.</summary>
    public long WaitingSince(ProcessorTime before, string thread) =>
        ByThread.GetValueOrDefault(thread).WaitingNs - before.ByThread.GetValueOrDefault(thread).WaitingNs;

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

/// <summary>Time of a thread.</summary>
/// <param name="RunningNs">On a processor.</param>
/// <param name="WaitingNs">Runnable, but without one.</param>
internal readonly record struct ThreadTime(long RunningNs, long WaitingNs)
{
    public static ThreadTime operator +(ThreadTime left, ThreadTime right) =>
        new(left.RunningNs + right.RunningNs, left.WaitingNs + right.WaitingNs);

    /// <summary>Reads a line of the kernel's `schedstat`: running, waiting, time slices.</summary>
    public static ThreadTime Parse(string line)
    {
        var columns = line.Split(' ');
        return new ThreadTime(long.Parse(columns[0], CultureInfo.InvariantCulture), long.Parse(columns[1], CultureInfo.InvariantCulture));
    }
}
