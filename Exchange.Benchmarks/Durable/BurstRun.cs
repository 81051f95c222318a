using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Exchange.Benchmarks.Workloads;
using Exchange.MarketData;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Views;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// The whole pipeline under a burst of the workload W1, pushed into the command ring by one thread: engine, journal with its syncs, views.
/// The laps that complete must show exactly the workload's trades, and nothing may be refused.
/// </summary>
internal static class BurstRun
{
    /// <summary>Load before the window: compiled code at its final tier, warm memory, segments under way.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Laps are never fewer than what so many commands per second need.</summary>
    private const int LapsPerSecond = 4;

    private const int ProgressMs = 2_500;
    private const long MinFreeDiskBytes = 4L << 30;
    private const long CensusBytes = 256L << 20;

    /// <summary>As the pipeline and the burst name them.</summary>
    private static readonly string[] Threads = [ProducerThread, "engine", "journal", "publisher"];
    private const string ProducerThread = "producer";

    /// <summary>Trades of a whole lap, prefill included.</summary>
    private static readonly long ExpectedTrades = WorkloadDefinition.W1.PrefillTrades + (long)WorkloadDefinition.W1.Expected.Trades;

    /// <exception cref="IOException">Too little room on the disk.</exception>
    public static async Task<BurstResult> RunAsync(
        string directory, JournalSyncMethod method, Workload workload, int seconds, TextWriter progress)
    {
        var symbolCount = ((int)WarmUp.TotalSeconds + seconds) * LapsPerSecond;
        var harness = await PipelineHarness.StartAsync(directory, method, symbolCount, WorkloadDefinition.UserCount, progress).ConfigureAwait(false);
        await using (harness.ConfigureAwait(false))
        {
            var setUpSequence = harness.Pipeline.PublishedSequence;
            var producer = new BurstProducer(harness.Pipeline.CommandRing, workload, symbolCount, harness.Pipeline.Ended);
            var thread = new Thread(producer.Run) { Name = ProducerThread, IsBackground = true };
            thread.Start();

            BurstSnapshot before;
            BurstSnapshot after;
            try
            {
                var watch = new DiskWatch(directory);
                await WaitAsync(harness, producer, WarmUp, watch, progress).ConfigureAwait(false);
                before = BurstSnapshot.Take(harness, producer);
                await WaitAsync(harness, producer, TimeSpan.FromSeconds(seconds), watch, progress).ConfigureAwait(false);
                after = BurstSnapshot.Take(harness, producer);
            }
            finally
            {
                // Why also on a failure: the engine ends only when the ring is empty.
                producer.Stop();
                thread.Join();
            }

            await harness.Pipeline.StopAsync().ConfigureAwait(false);
            progress.WriteLine($"  reading back up to {CensusBytes >> 20} MiB of the journal");
            var census = JournalCensus.Read(harness.Storage, CensusBytes);
            var mismatches = Check(harness, producer, setUpSequence, census);
            progress.WriteLine("  each stage alone");
            return Summarize(harness, producer, before, after, census, mismatches) with { StageCosts = StageCosts.Measure(harness.Storage) };
        }
    }

    private static async Task WaitAsync(
        PipelineHarness harness, BurstProducer producer, TimeSpan duration, DiskWatch watch, TextWriter progress)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) is var passed && passed < duration)
        {
            var turn = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min((duration - passed).TotalMilliseconds, ProgressMs)));
            await Task.WhenAny(harness.Pipeline.Ended, Task.Delay(turn)).ConfigureAwait(false);
            progress.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {harness.SyncMethod}: {producer.Pushed:N0} pushed, {harness.Pipeline.DurableSequence:N0} durable"));
            if (harness.Pipeline.Ended.IsCompleted)
            {
                throw new InvalidOperationException("the pipeline ended under load", harness.Failure);
            }

            watch.ThrowIfFull();
        }
    }

    private static List<string> Check(PipelineHarness harness, BurstProducer producer, long setUpSequence, JournalCensus census)
    {
        List<string> mismatches = [];
        var expected = setUpSequence + producer.Pushed;
        if (harness.Pipeline.PublishedSequence != expected)
        {
            mismatches.Add($"{producer.Pushed} commands end at sequence {harness.Pipeline.PublishedSequence} instead of {expected}");
        }

        List<PublicTrade> trades = [];
        for (var lap = 0; lap < producer.CompleteLaps; lap++)
        {
            harness.MarketData.CopyTrades(lap, TradeRange.Newest(1), trades);
            if (trades is not [{ TradeId: var last }] || last != ExpectedTrades)
            {
                mismatches.Add($"lap {lap}: last trade {trades.FirstOrDefault().TradeId} instead of {ExpectedTrades}");
            }
        }

        if (census.Rejects > 0)
        {
            mismatches.Add($"{census.Rejects} of {census.Records} commands were refused");
        }

        if (harness.Failure is { } failure)
        {
            mismatches.Add($"failure in the pipeline: {failure.Message}");
        }

        if (harness.Pipeline.FindInconsistency() is { } fault)
        {
            mismatches.Add($"inconsistent state: {fault}");
        }

        return mismatches;
    }

    private static BurstResult Summarize(
        PipelineHarness harness,
        BurstProducer producer,
        BurstSnapshot before,
        BurstSnapshot after,
        JournalCensus census,
        List<string> mismatches)
    {
        var elapsed = Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp);
        var journaled = after.Journaled - before.Journaled;
        var groups = harness.Storage.Groups(before.Groups, after.Groups);
        if (groups.IsEmpty)
        {
            throw new InvalidOperationException("no group was written in the window");
        }

        var latencies = new long[groups.Length];
        long bytes = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            latencies[i] = groups[i].Ticks;
            bytes += groups[i].Bytes;
        }

        double PerSecond(long count) => count / elapsed.TotalSeconds;
        double CpuPerCommand(string thread) => (double)after.Processors.Since(before.Processors, thread) / journaled;
        double WaitShare(string thread) => after.Processors.WaitingSince(before.Processors, thread) / elapsed.TotalNanoseconds;
        double BusyShare(string thread) => after.Processors.Since(before.Processors, thread) / elapsed.TotalNanoseconds;
        return new BurstResult
        {
            SyncMethod = harness.SyncMethod.ToString(),
            Seconds = elapsed.TotalSeconds,
            AdmittedPerSecond = PerSecond(after.Pushed - before.Pushed),
            ExecutedPerSecond = PerSecond(after.Executed - before.Executed),
            JournaledPerSecond = PerSecond(journaled),
            PublishedPerSecond = PerSecond(after.Published - before.Published),
            JournalBytesPerCommand = (double)bytes / journaled,
            JournalMegabytesPerSecond = PerSecond(bytes) / 1e6,
            Groups = groups.Length,
            CommandsPerGroup = (double)journaled / groups.Length,
            GroupSizes = SizeShares(groups, bytes),
            JournalInSyncShare = latencies.Sum() / (elapsed.TotalSeconds * Stopwatch.Frequency),
            GroupLatency = LatencySummary.Of(latencies),
            CpuNsPerCommand = Threads.ToDictionary(thread => thread, CpuPerCommand),
            RunningShare = Threads.ToDictionary(thread => thread, BusyShare),
            WaitingShare = Threads.ToDictionary(thread => thread, WaitShare),
            AllocatedBytesPerCommand = new Dictionary<string, double>
            {
                ["engine"] = (double)(after.EngineAllocated - before.EngineAllocated) / journaled,
                ["journal"] = (double)(after.JournalAllocated - before.JournalAllocated) / journaled,
                ["publisher"] = (double)(after.PublisherAllocated - before.PublisherAllocated) / journaled,
            },
            RingFullCount = after.RingFullCount - before.RingFullCount,
            ProcessorsUsedByOthers = after.Processors.OthersSince(before.Processors, elapsed),
            CompleteLaps = producer.CompleteLaps,
            Records = new RecordSizes(
                census.Records,
                census.LimitOrderMinBytes,
                census.LimitOrderMaxBytes,
                Unsafe.SizeOf<TradeExecuted>(),
                census.ByType.ToDictionary(type => type.Key.ToString(), type => (double)type.Value.Bytes / type.Value.Count)),
            StageCosts = [],
            Mismatches = mismatches,
        };
    }

    /// <summary>Returns the shares of groups by size, in steps of powers of two from 4 KiB.</summary>
    private static List<GroupSizeShare> SizeShares(ReadOnlySpan<GroupSample> groups, long allBytes)
    {
        const int SmallestStep = 4 << 10;
        SortedDictionary<int, (int Count, long Bytes)> steps = [];
        foreach (var group in groups)
        {
            var step = (int)Math.Max(SmallestStep, BitOperations.RoundUpToPowerOf2((uint)group.Bytes));
            var (count, bytes) = steps.GetValueOrDefault(step);
            steps[step] = (count + 1, bytes + group.Bytes);
        }

        List<GroupSizeShare> shares = [];
        foreach (var (step, (count, bytes)) in steps)
        {
            shares.Add(new GroupSizeShare(step, (double)count / groups.Length, (double)bytes / allBytes));
        }

        return shares;
    }

    /// <summary>Keeps a burst from filling the disk of who runs it.</summary>
    private sealed class DiskWatch(string directory)
    {
        private readonly DriveInfo _drive = new(directory);

        public void ThrowIfFull()
        {
            if (_drive.AvailableFreeSpace < MinFreeDiskBytes)
            {
                throw new IOException($"less than {MinFreeDiskBytes >> 30} GiB left on the disk of '{directory}'; use --directory or fewer --seconds");
            }
        }
    }
}
