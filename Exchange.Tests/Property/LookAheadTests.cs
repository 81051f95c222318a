using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>Looking ahead changes no outcome: a table that is large enough for it ends up as one that never looks.</summary>
public sealed class LookAheadTests
{
    [Test]
    public void Runs_of_records_leave_the_same_orders_as_records_one_by_one()
    {
        const int Accounts = 7;
        const int RunLength = 100;
        var random = new Random(11);
        var records = new TradingRecords();
        var symbols = TradingRecords.Symbols();
        var byRun = new OrdersView(symbols, closedOrdersKept: 3_000, tradesKept: 500);
        var byOne = new OrdersView(symbols, closedOrdersKept: 3_000, tradesKept: 500);
        List<long> open = [];
        List<byte[]> run = [];
        var accountOf = new Dictionary<long, int>();
        for (var id = 1; id <= 20_000; id++)
        {
            accountOf[id] = random.Next(1, Accounts + 1);
            run.Add(records.Place(accountOf[id], Side.Buy, 100, 1, random.Next(3) == 0 ? "" : $"id-{id}").Accepted(id, restsWhole: true).BookUpdated().ToBytes());
            open.Add(id);
            if (open.Count > 3_000)
            {
                var index = random.Next(open.Count);
                run.Add(records.Cancel(accountOf[open[index]], open[index]).Canceled(open[index], Side.Buy, 100, 1).BookUpdated().ToBytes());
                open.RemoveAt(index);
            }

            if (run.Count >= RunLength)
            {
                Apply(byRun, byOne, run);
                run.Clear();
            }
        }

        Apply(byRun, byOne, run);
        Assert.That(Saved(byRun), Is.EqualTo(Saved(byOne)));
        Assert.That(Enumerable.Range(1, 20_000).Count(id => byRun.TryGet(accountOf[id], 0, id, out _)), Is.EqualTo(6_000), "3,000 open and 3,000 closed");
    }

    private static void Apply(IRecordConsumer byRun, IRecordConsumer byOne, List<byte[]> records)
    {
        var starts = new int[records.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + records[i - 1].Length;
        }

        byRun.BeginBatch();
        byRun.Apply(new RecordRun([.. records.SelectMany(record => record)], starts, []));
        byRun.EndBatch();
        byOne.BeginBatch();
        foreach (var record in records)
        {
            byOne.Apply(new Record(record), CommandSlot.NoReply);
        }

        byOne.EndBatch();
    }

    private static byte[] Saved(OrdersView view)
    {
        var bytes = new MemoryStream();
        var writer = new SnapshotWriter(bytes.Write);
        view.Save(writer);
        writer.Flush();
        return bytes.ToArray();
    }
}
