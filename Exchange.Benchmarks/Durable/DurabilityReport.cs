using System.Runtime.InteropServices;

namespace Exchange.Benchmarks.Durable;

/// <summary>Everything that `journal` measured; its JSON is this, with names in camelCase.</summary>
internal sealed record DurabilityReport(
    MachineFacts Machine,
    string Consumers,
    IReadOnlyList<BurstResult> Bursts,
    IReadOnlyList<RoundTripResult> RoundTrips,
    string SyncTable)
{
    public IEnumerable<string> Mismatches => Bursts.SelectMany(burst => burst.Mismatches).Concat(RoundTrips.SelectMany(trip => trip.Mismatches));
}

/// <summary>What the figures depend on.</summary>
/// <param name="LoadAverage">Of the last minute, when the report was begun.</param>
internal sealed record MachineFacts(
    string Processor, int Processors, string System, string Runtime, string FileSystem, string LoadAverage)
{
    public static MachineFacts Read(string directory) => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown",
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        new DriveInfo(directory).DriveFormat,
        File.ReadAllText("/proc/loadavg").Split(' ')[0]);
}
