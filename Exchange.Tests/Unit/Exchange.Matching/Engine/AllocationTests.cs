using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Pipeline;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

[TestFixture]
public sealed class AllocationTests
{
    [Test]
    public void Trading_commands_allocate_nothing_from_the_engine_to_the_event_ring()
    {
        const int commandCount = 400_000;
        const int warmUp = 200_000;
        var commands = CommandStream.Generate(seed: 51, commandCount);
        using var engine = new MatchingEngine<RiskPort, LedgerPort>(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
        var events = new EventRing(new EventRingOptions { ByteCount = 1 << 20, SlotCount = 4_096 }, firstSequence: 1);
        var consumer = new Sequence(0);
        events.AddGatingSequence(consumer);
        var sequence = 0L;
        var measured = 0;
        var allocated = 0L;

        for (var i = 0; i < commands.Count; i++)
        {
            var command = commands[i];
            var slot = command.Slot;
            var before = GC.GetAllocatedBytesForCurrentThread();
            Take(engine.Execute(ref slot, command.Payload, sequence + 1, command.TimeUs, events.Reserve(engine.MaxRecordLength)));
            while (engine.HasPendingWork)
            {
                Take(engine.ExecutePending(sequence + 1, command.TimeUs, events.Reserve(engine.MaxRecordLength)));
            }

            events.Publish();
            events.Advance(consumer, sequence);
            if (i >= warmUp && slot.Type.IsTrading())
            {
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                measured++;
            }
        }

        Assert.That(measured, Is.GreaterThan(180_000));
        Assert.That(allocated, Is.Zero, "bytes");

        void Take(int length) => events.Commit(++sequence, length, CommandSlot.NoReply);
    }
}
