using System.Diagnostics;
using System.Globalization;
using Exchange.Benchmarks.Durable;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Following;

namespace Exchange.Benchmarks.Replicate;

/// <summary>What following a journal from its begin to its end came to.</summary>
internal sealed record ReplicateRun(long Events, long Commands, long Units, long Batches, long RoundTrips, TimeSpan Elapsed, double CpuSeconds)
{
    /// <summary>Follows as a replicator's thread does, without its pauses.</summary>
    public static ReplicateRun Of(IReplicateTarget target, IStorage journal)
    {
        var (events, commands) = Count(journal);
        var replicator = target.NewReplicator();
        using var follower = new JournalFollower(replicator, journal, () => commands, new FollowingOptions().BatchUnits);
        var started = Stopwatch.GetTimestamp();
        var startedNs = ProcessorTime.OfThisThreadNs();
        while (follower.Step())
        {
        }

        var run = new ReplicateRun(
            events, commands, follower.Units, follower.Batches, replicator.RoundTrips, Stopwatch.GetElapsedTime(started),
            (ProcessorTime.OfThisThreadNs() - startedNs) / 1e9);
        return follower.Position.Sequence == commands
            ? run
            : throw new InvalidOperationException($"the store stands at {follower.Position.Sequence}, the journal ends at {commands}");
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Events / Elapsed.TotalSeconds:N0} journal events/s, {Commands / Elapsed.TotalSeconds:N0} commands/s, {Units / Elapsed.TotalSeconds:N0} units/s; "
        + $"{Units / Math.Max(1, Batches):N0} units a batch, {(double)RoundTrips / Math.Max(1, Batches):F1} round trips a batch; "
        + $"{Events:N0} events in {Elapsed.TotalSeconds:F1} s, {CpuSeconds:F1} s of them on the processor");

    /// <summary>Returns in words what share of the most that the store takes this is; nothing where that is not known.</summary>
    public string Of(double? unitsPerSecondAtMost) => unitsPerSecondAtMost is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"; {Units / Elapsed.TotalSeconds / most:P0} of plain sends ({most:N0} units/s)")
        : "";

    private static (long Events, long Commands) Count(IStorage journal)
    {
        using var reader = new JournalReader(journal);
        long events = 0;
        while (reader.TryReadGroup(out var records))
        {
            while (!records.IsEmpty)
            {
                var record = new Record(records);
                for (var each = record.Events; each.MoveNext();)
                {
                    events++;
                }

                records = records[record.Header.Length..];
            }
        }

        return (events, reader.End.NextSequence - 1);
    }
}
