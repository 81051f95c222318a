using System.Globalization;
using Exchange.Matching.Commands;

namespace Exchange.Benchmarks.Durable;

/// <summary>Writes a <see cref="DurabilityReport"/> for a person.</summary>
internal static class DurabilityTable
{
    public static void Write(TextWriter output, DurabilityReport report)
    {
        var machine = report.Machine;
        Line(output, $"{machine.Processor}, {machine.Processors} processors, {machine.System}, {machine.Runtime}, {machine.FileSystem}, load {machine.LoadAverage}");
        Line(output, $"views behind the publisher: {report.Consumers}");
        if (report.SyncTable.Length > 0)
        {
            Line(output, $"\nsync of one group, alone\n{report.SyncTable}");
        }

        if (report.Bursts.Count > 0)
        {
            WriteBursts(output, report.Bursts);
        }

        if (report.RoundTrips.Count > 0)
        {
            WriteRoundTrips(output, report.RoundTrips);
        }

        foreach (var mismatch in report.Mismatches)
        {
            Line(output, $"MISMATCH {mismatch}");
        }
    }

    private static void WriteBursts(TextWriter output, IReadOnlyList<BurstResult> bursts)
    {
        Line(output, $"\nburst of the workload W1 through the whole pipeline");
        Row(output, "", bursts, burst => burst.SyncMethod);
        Row(output, "window, s", bursts, burst => F(burst.Seconds, 1));
        Row(output, "admitted, commands/s", bursts, burst => F(burst.AdmittedPerSecond));
        Row(output, "executed, commands/s", bursts, burst => F(burst.ExecutedPerSecond));
        Row(output, "journaled, commands/s", bursts, burst => F(burst.JournaledPerSecond));
        Row(output, "published, commands/s", bursts, burst => F(burst.PublishedPerSecond));
        Row(output, "journal, MB/s", bursts, burst => F(burst.JournalMegabytesPerSecond, 1));
        Row(output, "journal bytes per command", bursts, burst => F(burst.JournalBytesPerCommand, 1));
        Row(output, "limit order that rests, bytes", bursts, burst => $"{burst.Records.LimitOrderMinBytes}-{burst.Records.LimitOrderMaxBytes}");
        Row(output, "trade event, bytes", bursts, burst => F(burst.Records.TradeEventBytes));
        foreach (var type in bursts[0].Records.MeanBytesByType.Keys.Where(type => Enum.Parse<CommandType>(type).IsTrading()))
        {
            Row(output, $"mean {type} record, bytes", bursts, burst => F(burst.Records.MeanBytesByType.GetValueOrDefault(type), 1));
        }

        Row(output, "groups", bursts, burst => F(burst.Groups));
        Row(output, "commands per group", bursts, burst => F(burst.CommandsPerGroup));
        Row(output, "write+sync p50 / p99 / max, us", bursts, burst => $"{F(burst.GroupLatency.P50Us)} / {F(burst.GroupLatency.P99Us)} / {F(burst.GroupLatency.MaxUs)}");
        Row(output, "journal thread in write+sync", bursts, burst => Percent(burst.JournalInSyncShare));
        foreach (var thread in bursts[0].CpuNsPerCommand.Keys)
        {
            Row(output, $"{thread}, CPU ns per command (ran, waited)", bursts, burst =>
                $"{F(burst.CpuNsPerCommand[thread])} ({Percent(burst.RunningShare[thread])}, {Percent(burst.WaitingShare[thread])})");
        }

        foreach (var stage in bursts[0].StageCosts.Select(cost => cost.Stage))
        {
            Row(output, $"alone: {stage}, CPU ns (B) per record", bursts, burst => burst.StageCosts.FirstOrDefault(cost => cost.Stage == stage) is { } cost
                ? $"{F(cost.CpuNsPerRecord)} ({F(cost.AllocatedBytesPerRecord, 2)})"
                : "-");
        }

        foreach (var thread in bursts[0].AllocatedBytesPerCommand.Keys)
        {
            Row(output, $"{thread}, bytes allocated per command", bursts, burst => F(burst.AllocatedBytesPerCommand[thread], 3));
        }

        Row(output, "ring found full, times", bursts, burst => F(burst.RingFullCount));
        Row(output, "processors used by others", bursts, burst => F(burst.ProcessorsUsedByOthers, 2));
        Row(output, "laps with all trades as expected", bursts, burst => burst.Mismatches.Count == 0 ? F(burst.CompleteLaps) : "MISMATCH");
        foreach (var step in bursts.SelectMany(burst => burst.GroupSizes).Select(share => share.UpToBytes).Distinct().Order())
        {
            Row(output, $"groups up to {step >> 10} KiB (of bytes)", bursts, burst => burst.GroupSizes.FirstOrDefault(share => share.UpToBytes == step) is { } found
                ? $"{Percent(found.ShareOfGroups)} ({Percent(found.ShareOfBytes)})"
                : "-");
        }
    }

    private static void WriteRoundTrips(TextWriter output, IReadOnlyList<RoundTripResult> trips)
    {
        Line(output, $"\ndurable round trip of one order through the gateway, us (in brackets: write+sync alone)");
        Line(output, $"{"method",-12} {"callers",7} {"rounds",8} {"rounds/s",9} {"p50",14} {"p90",9} {"p99",16} {"p99.9",9} {"max",9} {"per group",9} {"B/round",8} {"publisher",9} {"others",7}");
        foreach (var trip in trips)
        {
            Line(output, $"{trip.SyncMethod,-12} {trip.Callers,7} {trip.Rounds,8} {F(trip.RoundsPerSecond),9} "
                + $"{$"{F(trip.Latency.P50Us)} ({F(trip.GroupLatency.P50Us)})",14} {F(trip.Latency.P90Us),9} "
                + $"{$"{F(trip.Latency.P99Us)} ({F(trip.GroupLatency.P99Us)})",16} {F(trip.Latency.P999Us),9} {F(trip.Latency.MaxUs),9} "
                + $"{F(trip.RoundsPerGroup, 1),9} {F(trip.AllocatedBytesPerRound),8} {F(trip.PublisherBytesPerRound, 1),9} {F(trip.ProcessorsUsedByOthers, 2),7}");
        }
    }

    private static void Row(TextWriter output, string name, IReadOnlyList<BurstResult> bursts, Func<BurstResult, string> value) =>
        Line(output, $"{name,-48}{string.Concat(bursts.Select(burst => $"{value(burst),28}"))}");

    private static void Line(TextWriter output, string line) => output.WriteLine(line.TrimEnd());

    private static string F(double value, int decimals = 0) => value.ToString($"N{decimals}", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:F1} %");
}
