using System.Diagnostics;
using Exchange.Accounts;
using Exchange.Benchmarks.Workloads;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Benchmarks;

/// <summary>`recovery`: how long a start takes behind so many commands, from the whole journal and from a snapshot, and what a snapshot costs.</summary>
internal static class RecoveryCommand
{
    private const string CommandsOption = "--commands";
    private const string RestingOption = "--resting";
    private const string DirectoryOption = "--directory";
    private const string DropCaches = "/proc/sys/vm/drop_caches";
    private const int ClosedOrdersKept = 100_000;

    /// <summary>How long syncs are measured before the snapshot.</summary>
    private const int ProbeMs = 5_000;

    public static BenchmarkCommand Command { get; } = new(
        "recovery",
        $"[{CommandsOption} N] [{RestingOption} N] [{DirectoryOption} DIR]",
        [
            "Writes a journal of orders, cancels and trades, then measures with a cold page cache: the start from the whole journal,",
            "the snapshot that the housekeeping would take, the start from that snapshot and the segment behind it; and what write and sync of a small group",
            "on the same disk take, and how long an engine over the same state stands still, with and without the snapshot under way.",
            $"{CommandsOption} N     default 1000000",
            $"{RestingOption} N      resting orders that the book fills up to, default 100000",
            $"{DirectoryOption} DIR  on the file system to measure, default ./artifacts; what is written there is deleted again",
        ],
        (arguments, output, error) => Task.FromResult(Run(arguments, output, error)));

    private static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var list = new ArgumentList(arguments, CommandsOption, RestingOption, DirectoryOption);
        var commands = list.Number(CommandsOption, 1_000_000, least: 10_000, most: 100_000_000);
        var resting = list.Number(RestingOption, 100_000, least: 1, most: 10_000_000);
        var directory = Path.Combine(Path.GetFullPath(list.Text(DirectoryOption) ?? "artifacts"), $"recovery-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            var storage = new FileStorage(directory, JournalSyncMethod.Fdatasync, error.WriteLine);
            error.WriteLine($"writing {commands} commands");
            var (hash, closedTo) = OrderFlowJournal.Write(storage, NewParts(), commands, resting);
            var whole = Recover(storage, error, out var wholeHash);
            output.WriteLine($"whole journal: {whole}");
            using var probe = new SyncProbe(Path.Combine(directory, "probe"));
            using var engineProbe = new EngineProbe(storage, NewParts());
            error.WriteLine("measuring syncs and the engine without a snapshot");
            engineProbe.Take();
            probe.Take();
            Thread.Sleep(ProbeMs);
            output.WriteLine($"write and sync of a group, no snapshot under way: {probe.Take()}");
            output.WriteLine($"the engine, no snapshot under way: {engineProbe.Take()}");
            error.WriteLine("taking the snapshot");
            var snapshotter = new Snapshotter<RiskPort, LedgerPort>(
                storage, new PipelineOptions(), new SnapshotStore(storage), NewParts, SystemClock.Instance, error.WriteLine);
            var started = Stopwatch.GetTimestamp();
            var taken = snapshotter.Take(closedTo, CancellationToken.None);
            output.WriteLine(
                $"snapshot: {taken.Bytes / 1e6:F1} MB in {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s beside the engine; "
                + $"replay {taken.ReplayCpuUs / 1e6:F2} s of processor time; memory of this process at its peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB");
            output.WriteLine($"write and sync of a group while the snapshot was replayed, written and checked: {probe.Take()}");
            output.WriteLine($"the engine while the snapshot was replayed, written and checked: {engineProbe.Take()}");
            engineProbe.Dispose();
            var fromSnapshot = Recover(storage, error, out var snapshotHash);
            output.WriteLine($"snapshot and the segments behind it: {fromSnapshot}");
            return wholeHash == hash && snapshotHash == hash ? ExitCode.Success : ExitCode.Mismatch;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static ExchangeParts<RiskPort, LedgerPort> NewParts()
    {
        var symbols = new SymbolDirectory();
        return new ExchangeParts<RiskPort, LedgerPort>(
            new RiskPort(new RiskState()),
            new LedgerPort(new Ledger()),
            [symbols, new BalancesView(symbols), new OperatorsView(), new OrderCountsView(), new MarketDataView(), new OrdersView(symbols, ClosedOrdersKept)]);
    }

    /// <summary>Recovers with a cold page cache; returns the figures in words.</summary>
    private static string Recover(FileStorage storage, TextWriter error, out ulong hash)
    {
        var isCold = TryDropCaches(error);
        GC.Collect();
        var parts = NewParts();
        using var engine = new MatchingEngine<RiskPort, LedgerPort>(parts.Risk, parts.Ledger);
        var started = Stopwatch.GetTimestamp();
        var startedCpu = ThreadTime.CpuUs;
        var startedProcess = Process.GetCurrentProcess().TotalProcessorTime;
        var recovered = Recovery.Run(storage, "journal", engine, parts.Consumers, probe: null, error.WriteLine, progress: null, isOneThread: false);
        var cpuSeconds = (ThreadTime.CpuUs - startedCpu) / 1e6;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var processSeconds = (Process.GetCurrentProcess().TotalProcessorTime - startedProcess).TotalSeconds;
        hash = engine.ComputeStateHash();
        return $"{seconds:F2} s ({processSeconds:F2} s of processor time, {cpuSeconds:F2} of them on the replay's thread, the others fold views and compile), {(isCold ? "cold" : "WARM")} cache, {recovered.ReplayedRecords} records replayed behind {recovered.SnapshotSequence} "
            + $"= {recovered.ReplayedRecords / Math.Max(processSeconds, 0.001) / 1e6:F2} M/s of processor time, {engine.RestingOrders} orders resting";
    }

    private static bool TryDropCaches(TextWriter error)
    {
        try
        {
            File.WriteAllText(DropCaches, "3");
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"the page cache cannot be dropped here, so the files are read from memory: {refused.Message}");
            return false;
        }
    }
}
