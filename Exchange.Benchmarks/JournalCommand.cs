using System.Globalization;
using System.Text.Json;
using Exchange.Benchmarks.Durable;
using Exchange.Benchmarks.Workloads;
using Exchange.Matching.Journal;

namespace Exchange.Benchmarks;

/// <summary>`journal`: what durability costs on this machine: the sync alone, the whole pipeline under a burst, one order's round trip.</summary>
internal static class JournalCommand
{
    private const string SecondsOption = "--seconds";
    private const string JsonOption = "--json";
    private const string DirectoryOption = "--directory";
    private const int DefaultBurstSeconds = 10;

    /// <summary>What <see cref="JournalSync.Run"/> returns where direct writes do not work.</summary>
    private const int NoDirectWrites = 2;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static BenchmarkCommand Command { get; } = new(
        "journal",
        $"[{SecondsOption} N] [{JsonOption} FILE] [{DirectoryOption} DIR]",
        [
            "Measures, for both sync methods: write and sync alone; a burst of the workload W1 through the whole pipeline;",
            "the durable round trip of one order with 1, 16 and 64 callers.",
            $"{SecondsOption} N      length of each burst, 1 to 600, default {DefaultBurstSeconds}; it writes what the device takes, several GB in 10 s",
            $"{JsonOption} FILE      writes all figures there too",
            $"{DirectoryOption} DIR  on the file system to measure, default ./artifacts; what is written there is deleted again",
        ],
        RunAsync);

    private static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var list = new ArgumentList(arguments, SecondsOption, JsonOption, DirectoryOption);
        if (list.Values.Count > 0)
        {
            throw new UsageException($"unexpected '{list.Values[0]}'");
        }

        var seconds = list.Number(SecondsOption, DefaultBurstSeconds, least: 1, most: 600);
        var root = Path.GetFullPath(list.Text(DirectoryOption) ?? "artifacts");
        Directory.CreateDirectory(root);
        var machine = MachineFacts.Read(root);

        error.WriteLine("sync methods, alone");
        using var syncTable = new StringWriter(CultureInfo.InvariantCulture);
        var syncExitCode = JournalSync.Run(syncTable, root);

        error.WriteLine("generating the workload W1");
        var workload = Workload.Generate(WorkloadDefinition.W1);
        List<BurstResult> bursts = [];
        List<RoundTripResult> trips = [];
        JournalSyncMethod[] methods = syncExitCode == NoDirectWrites
            ? [JournalSyncMethod.Fdatasync]
            : [JournalSyncMethod.Fdatasync, JournalSyncMethod.DirectDsync];
        foreach (var method in methods)
        {
            error.WriteLine($"burst, {method}");
            bursts.Add(await BurstRun.RunAsync(NewDirectory(root), method, workload, seconds, error).ConfigureAwait(false));
            error.WriteLine($"round trips, {method}");
            trips.AddRange(await RoundTripRun.RunAsync(NewDirectory(root), method, error).ConfigureAwait(false));
        }

        if (syncExitCode == NoDirectWrites)
        {
            syncTable.WriteLine($"only {JournalSyncMethod.Fdatasync} below: the file system refuses direct writes");
        }

        var report = new DurabilityReport(machine, PipelineHarness.Consumers, bursts, trips, syncTable.ToString());
        DurabilityTable.Write(output, report);
        if (list.Text(JsonOption) is { } file)
        {
            var json = File.Create(file);
            await using (json.ConfigureAwait(false))
            {
                await JsonSerializer.SerializeAsync(json, report, Json).ConfigureAwait(false);
            }
        }

        return syncExitCode is 0 or NoDirectWrites && !report.Mismatches.Any() ? ExitCode.Success : ExitCode.Mismatch;
    }

    /// <summary>Returns a directory that does not exist, with a name that no other run has.</summary>
    private static string NewDirectory(string root) => Path.Combine(root, $"benchmark-{Environment.ProcessId}-{Guid.NewGuid():N}");
}
