using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Benchmarks.Workloads;

/// <summary>A journal of limit orders of 1,000 accounts, every other one of which takes the oldest at the best price once the book is full.</summary>
internal static class OrderFlowJournal
{
    private const int Accounts = 1_000;
    private const int RecordsPerGroup = 500;

    /// <summary>Ticks.</summary>
    private const int MidPrice = 100_000;

    /// <param name="parts">An empty exchange; it executes the flow.</param>
    /// <param name="resting">Resting orders that the book fills up to: how many commands lie between an order and its end.</param>
    /// <returns>The state's hash at the end and the last sequence of the last closed segment.</returns>
    public static (ulong Hash, long ClosedTo) Write(FileStorage storage, ExchangeParts<RiskPort, LedgerPort> parts, int commands, int resting)
    {
        using var engine = new MatchingEngine<RiskPort, LedgerPort>(parts.Risk, parts.Ledger);
        using var appender = new JournalAppender(storage, JournalEnd.Empty, epoch: 1, new JournalOptions());
        var record = new byte[RecordLimits.MaxRecordLength(GenesisCommand.Default(ExchangeMode.Sandbox).WorkLimit)];
        long sequence = 0;
        var inGroup = 0;
        var random = new Random(1);
        Execute(new CommandSlot { Type = CommandType.Genesis }, GenesisCommand.Default(ExchangeMode.Sandbox).ToBytes());
        Execute(new CommandSlot { Type = CommandType.AddSymbol }, AddSymbolCommand.ToBytes(WorkloadMarket.Spec(0, "BTC")));
        for (var account = 0; account < Accounts; account++)
        {
            Execute(new CommandSlot { Type = CommandType.OpenAccount }, WorkloadMarket.Account(0, 1).ToBytes());
        }

        for (var i = 0; i < commands; i++)
        {
            var slot = new CommandSlot { SlotCount = 1, AccountId = 1 + random.Next(Accounts), ReplyToken = CommandSlot.NoReply };
            var isFull = engine.RestingOrders >= resting;
            if (isFull && i % 2 == 0)
            {
                // Takes the oldest orders of the best level: the book stays as large as it is.
                slot.Type = CommandType.PlaceOrder;
                slot.Side = (Side)random.Next(2);
                slot.OrderType = OrderType.Limit;
                slot.TimeInForce = TimeInForce.Ioc;
                slot.Price = slot.Side == Side.Buy ? MidPrice + 2_000 : MidPrice - 2_000;
                slot.Quantity = 1 + random.Next(3);
            }
            else
            {
                slot.Type = CommandType.PlaceOrder;
                slot.Side = (Side)random.Next(2);
                slot.OrderType = OrderType.Limit;
                slot.TimeInForce = TimeInForce.Gtc;
                slot.Price = slot.Side == Side.Buy ? MidPrice - 1 - random.Next(1_000) : MidPrice + 1 + random.Next(1_000);
                slot.Quantity = 1 + random.Next(3);
                slot.ClientOrderId = ClientOrderId.From($"bench-{i}");
            }

            Execute(slot, []);
        }

        appender.Commit();
        return (engine.ComputeStateHash(), appender.SegmentFirstSequence - 1);

        void Execute(CommandSlot slot, byte[] payload)
        {
            var length = engine.Execute(ref slot, payload, ++sequence, sequence * 10, record);
            while (true)
            {
                appender.Append(record.AsSpan(0, length));
                if (++inGroup == RecordsPerGroup || appender.FreeBytes < record.Length)
                {
                    appender.Commit();
                    inGroup = 0;
                }

                if (!engine.HasPendingWork)
                {
                    return;
                }

                length = engine.ExecutePending(++sequence, sequence * 10, record);
            }
        }
    }
}
