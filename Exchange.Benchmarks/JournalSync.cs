using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Benchmarks;

/// <summary>
/// Compares the ways to make a group durable on this machine: <c>write</c> + <c>fdatasync</c> against <c>O_DIRECT|O_DSYNC</c>, both over
/// preallocated zero-filled files, as the journal writes them. Rounds of both methods alternate, so a noisy neighbour hits both; figures are
/// medians over the rounds of each round's percentiles.
/// Not measured: the device's own power-loss protection, file systems other than the directory's, competing writers.
/// </summary>
internal static unsafe class JournalSync
{
    private const int Page = 4096;
    private static readonly int[] GroupSizes = [512, 4 << 10, 64 << 10, 1 << 20];
    private static readonly JournalSyncMethod[] Methods = [JournalSyncMethod.Fdatasync, JournalSyncMethod.DirectDsync];

    /// <summary>Measures and prints a table; returns 0, or 2 when the file system refuses direct writes and there is nothing to compare.</summary>
    /// <param name="output">Receives the table.</param>
    /// <param name="directory">On the file system to measure; a folder is made in it and removed.</param>
    /// <param name="rounds">Rounds per method and size; odd gives true medians.</param>
    /// <param name="roundMs">Length of one round; 5 rounds x 8 cases x 800 ms = 32 s.</param>
    public static int Run(TextWriter output, string directory, int rounds = 5, int roundMs = 800)
    {
        var root = Path.Combine(directory, $"journal-sync-{Environment.ProcessId}");
        try
        {
            var storages = Methods.Select(method => new FileStorage(root, method, output.WriteLine)).ToArray();
            if (storages[1].SyncMethod != JournalSyncMethod.DirectDsync)
            {
                return 2;
            }

            Print(output, Measure(storages, rounds, roundMs));
            return 0;
        }
        finally
        {
            if (Directory.Exists(root))
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    private static Dictionary<(JournalSyncMethod Method, int Size), List<Round>> Measure(FileStorage[] storages, int rounds, int roundMs)
    {
        var results = new Dictionary<(JournalSyncMethod, int), List<Round>>();
        var buffer = (byte*)NativeMemory.AlignedAlloc((nuint)GroupSizes[^1], Page);
        try
        {
            // Safety: the span ends with this method's try block, before the memory is freed.
            var group = new Span<byte>(buffer, GroupSizes[^1]);
            group.Fill(0x5A);
            var files = storages.Select(storage => Prepare(storage, storage.SyncMethod.ToString())).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                foreach (var size in GroupSizes)
                {
                    for (var i = 0; i < files.Length; i++)
                    {
                        // Why every other round turns the order: neither method always writes behind the other.
                        var turn = round % 2 == 0 ? i : files.Length - 1 - i;
                        var key = (storages[turn].SyncMethod, size);
                        if (!results.TryGetValue(key, out var list))
                        {
                            results.Add(key, list = []);
                        }

                        list.Add(MeasureRound(files[turn], group[..Math.Max(size, files[turn].WriteAlignment)], roundMs));
                    }
                }
            }

            foreach (var file in files)
            {
                file.Dispose();
            }
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }

        return results;
    }

    private static IStorageFile Prepare(FileStorage storage, string name)
    {
        using (var file = storage.Open(name, create: true))
        {
            var zeros = new byte[1 << 20];
            for (long offset = 0; offset < JournalFormat.DefaultSegmentBytes; offset += zeros.Length)
            {
                file.Write(zeros, offset);
                file.Sync();
            }
        }

        storage.SyncFolder("");
        return storage.Open(name, create: false, syncedWrites: true);
    }

    private static Round MeasureRound(IStorageFile file, ReadOnlySpan<byte> group, int roundMs)
    {
        var latencies = new List<long>(1 << 16);
        var begin = Stopwatch.GetTimestamp();
        var until = begin + roundMs * Stopwatch.Frequency / 1000;
        long offset = 0;
        long now;
        do
        {
            var start = Stopwatch.GetTimestamp();
            file.Write(group, offset);
            file.Sync();
            now = Stopwatch.GetTimestamp();
            latencies.Add(now - start);
            offset += group.Length;
            if (offset + group.Length > JournalFormat.DefaultSegmentBytes)
            {
                offset = 0;
            }
        }
        while (now < until);

        latencies.Sort();
        var seconds = (now - begin) / (double)Stopwatch.Frequency;
        return new Round(
            Percentile(latencies, 0.5), Percentile(latencies, 0.99), Percentile(latencies, 0.999), latencies.Count / seconds, group.Length * (double)latencies.Count / seconds / 1e6);
    }

    private static double Percentile(List<long> sorted, double share) =>
        sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))] * 1e6 / Stopwatch.Frequency;

    private static void Print(TextWriter output, Dictionary<(JournalSyncMethod Method, int Size), List<Round>> results)
    {
        output.WriteLine($"{"method",-12} {"bytes",8} {"p50 us",9} {"p99 us",9} {"p99.9 us",9} {"groups/s",9} {"MB/s",8}   (medians of the rounds)");
        foreach (var size in GroupSizes)
        {
            foreach (var method in Methods)
            {
                var rounds = results[(method, size)];
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{method,-12} {size,8} {Median(rounds, r => r.P50),9:F0} {Median(rounds, r => r.P99),9:F0} {Median(rounds, r => r.P999),9:F0} {Median(rounds, r => r.GroupsPerSecond),9:F0} {Median(rounds, r => r.MegabytesPerSecond),8:F1}"));
            }
        }
    }

    private static double Median(List<Round> rounds, Func<Round, double> figure)
    {
        var sorted = rounds.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Latencies in microseconds, 10^6 bytes per second.</summary>
    private readonly record struct Round(double P50, double P99, double P999, double GroupsPerSecond, double MegabytesPerSecond);
}
