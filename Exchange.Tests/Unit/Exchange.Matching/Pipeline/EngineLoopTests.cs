using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class EngineLoopTests
{
    private const int Sellers = 4;

    [Test]
    public void Leftover_work_is_finished_before_the_first_command()
    {
        using var exchange = Suspended();
        var (loop, events) = NewLoop(exchange);
        Assert.That((loop.Step(), exchange.Engine.HasPendingWork), Is.EqualTo((StageProgress.Worked, false)));
        List<EventType> types = [];
        for (var sequence = exchange.Sequence + 1; sequence <= events.Published; sequence++)
        {
            for (var happened = new Record(events.Read(sequence)).Events; happened.MoveNext();)
            {
                types.Add(happened.Type);
            }
        }

        EventType[] oneTrade = [EventType.TradeExecuted, EventType.BookUpdated];
        Assert.That(types, Is.EqualTo([.. oneTrade, .. oneTrade, EventType.TradeExecuted, EventType.OrderFilled, EventType.BookUpdated]));
    }

    /// <summary>What is published then, is left to the next process: a command that came in between would meet a taker in the midst of its trades.</summary>
    [Test]
    public void Leftover_work_that_a_stop_keeps_from_its_room_ends_the_stage()
    {
        using var exchange = Suspended();
        var (loop, events) = NewLoop(exchange);
        var sequence = exchange.Sequence;
        for (var half = 0; half < 2; half++)
        {
            events.Reserve(events.MaxReservation).Clear();
            events.Commit(++sequence, events.MaxReservation, CommandSlot.NoReply);
        }

        events.Alert();
        Assert.That((loop.Step(), exchange.Engine.HasPendingWork, events.Published), Is.EqualTo((StageProgress.Ended, true, sequence)));
    }

    /// <summary>Returns an exchange whose last command has traded once, of four times.</summary>
    private static BareExchange Suspended()
    {
        var exchange = new BareExchange();
        var account = new OpenAccountCommand { Deposits = [new AssetAmount(0, 1_000_000), new AssetAmount(1, 1_000_000)] }.ToBytes();
        exchange.Execute(new StreamCommand(new CommandSlot { Type = CommandType.Genesis }, (CommandGenerator.Genesis with { WorkLimit = 1 }).ToBytes(), 0));
        exchange.Execute(new StreamCommand(new CommandSlot { Type = CommandType.AddSymbol }, AddSymbolCommand.ToBytes(SampleSymbols.Spec), 0));
        exchange.Execute(new StreamCommand(new CommandSlot { Type = CommandType.OpenAccount }, account, 0));
        exchange.Execute(new StreamCommand(new CommandSlot { Type = CommandType.OpenAccount }, account, 0));
        for (var i = 0; i < Sellers; i++)
        {
            exchange.Execute(new StreamCommand(CommandSlots.Limit(1, Side.Sell, 10, 1), [], 1));
        }

        exchange.Begin(new StreamCommand(CommandSlots.Limit(2, Side.Buy, 10, Sellers), [], 1));
        Assert.That(exchange.Engine.HasPendingWork, Is.True);
        return exchange;
    }

    private static (EngineLoop<RiskPort, LedgerPort> Loop, EventRing Events) NewLoop(BareExchange exchange)
    {
        var events = new EventRing(new EventRingOptions { ByteCount = 64 * 1024, SlotCount = 16 }, firstSequence: exchange.Sequence + 1);
        events.AddGatingSequence(new Sequence(exchange.Sequence));
        var loop = new EngineLoop<RiskPort, LedgerPort>(
            exchange.Engine,
            new CommandRing(new CommandRingOptions()),
            events,
            new JournalClock(SystemClock.Instance, lastTimeUs: 0),
            new QuarantineFolder(new FaultyDisk()),
            [],
            (sequence, error) => Assert.Fail($"sequence {sequence}: {error}"));
        return (loop, events);
    }
}
