using Exchange.Accounts;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Benchmarks.Durable;

/// <param name="Stage">The engine, or one view.</param>
/// <param name="CpuNsPerRecord">Processor nanoseconds, without the cost of waiting and of other threads.</param>
/// <param name="AllocatedBytesPerRecord">Managed bytes.</param>
internal sealed record StageCost(string Stage, double CpuNsPerRecord, double AllocatedBytesPerRecord);

/// <summary>
/// Feeds the beginning of a journal to each stage alone, on one thread from memory, so that the cost of a thread in the pipeline can be
/// told apart: the engine executes the commands again, each view folds the records.
/// </summary>
internal static class StageCosts
{
    private const int MaxBytes = 128 << 20;
    private const int ClosedOrdersKept = 100_000;

    /// <summary>As many records as the publisher hands over at once, at most.</summary>
    private const int BatchRecordCount = 512;

    public static List<StageCost> Measure(IStorage storage)
    {
        var (bytes, starts) = Load(storage);
        var directory = new SymbolDirectory();
        List<StageCost> costs =
        [
            MeasureEngine(bytes, starts),
            MeasureView("symbol directory", directory, bytes, starts),
            MeasureView("balances", new BalancesView(directory), bytes, starts),
            MeasureView("order counts", new OrderCountsView(), bytes, starts),
            MeasureView("orders", new OrdersView(directory, ClosedOrdersKept), bytes, starts),
            MeasureView("market data", new MarketDataView(), bytes, starts),
        ];
        return costs;
    }

    private static (byte[] Bytes, List<int> Starts) Load(IStorage storage)
    {
        var bytes = new byte[MaxBytes];
        List<int> starts = [];
        var length = 0;
        using var reader = new JournalReader(storage);
        while (reader.TryReadGroup(out var records) && length + records.Length <= MaxBytes)
        {
            records.CopyTo(bytes.AsSpan(length));
            for (var end = length + records.Length; length < end; length += new Record(bytes.AsSpan(length)).Bytes.Length)
            {
                starts.Add(length);
            }
        }

        return (bytes, starts);
    }

    private static StageCost MeasureEngine(byte[] bytes, List<int> starts)
    {
        using var engine = new MatchingEngine<RiskPort, LedgerPort>(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
        var scratch = new byte[engine.MaxRecordLength];
        CommandSlot command = default;
        return Measure("engine, with decoding", starts.Count, () =>
        {
            foreach (var start in starts)
            {
                var record = new Record(bytes.AsSpan(start));
                command.Type = record.CommandType;
                if (command.Type == CommandType.ContinueWork)
                {
                    engine.ExecutePending(record.Sequence, record.TimeUs, scratch);
                    continue;
                }

                if (command.Type.IsTrading() && !TradingCommandCodec.TryRead(command.Type, record.Body, ref command))
                {
                    throw new InvalidDataException($"the body of sequence {record.Sequence} cannot be read");
                }

                engine.Execute(ref command, record.Body, record.Sequence, record.TimeUs, scratch);
            }
        });
    }

    private static StageCost MeasureView(string name, IRecordConsumer view, byte[] bytes, List<int> starts) =>
        Measure(name, starts.Count, () =>
        {
            for (var next = 0; next < starts.Count;)
            {
                view.BeginBatch();
                for (var end = Math.Min(starts.Count, next + BatchRecordCount); next < end; next++)
                {
                    var record = new Record(bytes.AsSpan(starts[next]));
                    view.Apply(in record, CommandSlot.NoReply);
                }

                view.EndBatch();
            }
        });

    private static StageCost Measure(string stage, int recordCount, Action run)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var ranNs = ProcessorTime.OfThisThreadNs();
        run();
        ranNs = ProcessorTime.OfThisThreadNs() - ranNs;
        return new StageCost(
            stage, (double)ranNs / recordCount, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / recordCount);
    }
}
