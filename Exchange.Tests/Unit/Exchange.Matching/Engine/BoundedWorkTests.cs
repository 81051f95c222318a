using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

[TestFixture]
public sealed class BoundedWorkTests
{
    private static GenesisCommand Unbounded => CommandGenerator.Genesis with { WorkLimit = 10_000 };

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    public void Work_in_pieces_has_the_outcome_of_work_at_once(int workLimit)
    {
        var generator = new CommandGenerator(seed: 400 + (ulong)workLimit);
        using var bounded = new EngineExchange(CommandGenerator.Genesis with { WorkLimit = workLimit });
        using var whole = new EngineExchange(Unbounded);
        var continued = new HashSet<CommandType>();
        var lastType = CommandType.Genesis;
        bounded.OnRecord = bytes => CheckBound(bytes.Span, workLimit, ref lastType, continued);
        for (var i = 0; i < 6_000; i++)
        {
            var command = generator.Next();
            var expected = command.ApplyTo(whole);
            var actual = command.ApplyTo(bounded);
            Assert.That(actual.Where(change => change is not Updated), Is.EqualTo(expected.Where(change => change is not Updated)), $"command {i}: {command}");
            generator.Observe(command, expected);
        }

        Assert.That(continued, Is.SupersetOf((CommandType[])[CommandType.PlaceOrder, CommandType.CancelAllOrders, CommandType.MoveOrder]), "commands that were continued");
        Assert.That(bounded.Engine.FindInconsistency(), Is.Null);
        foreach (var symbol in generator.Symbols)
        {
            foreach (var side in (Side[])[Side.Buy, Side.Sell])
            {
                Assert.That(bounded.OpenOrders(symbol.Id, side), Is.EqualTo(whole.OpenOrders(symbol.Id, side)), $"{symbol.Name} {side}");
                Assert.That(bounded.Levels(symbol.Id, side), Is.EqualTo(whole.Levels(symbol.Id, side)), $"{symbol.Name} {side} view");
            }
        }
    }

    [Test]
    public void Only_the_engines_own_command_is_taken_while_work_is_left()
    {
        using var exchange = Suspended(out _);
        var before = exchange.Engine.ComputeStateHash();
        var buffer = new byte[exchange.Engine.MaxRecordLength];
        var intruder = CommandSlots.Cancel(accountId: 1, orderId: 1);

        var length = exchange.Engine.Execute(ref intruder, default, exchange.Sequence + 1, 1, buffer);

        var events = new Record(buffer.AsSpan(0, length)).Events;
        Assert.That(events.MoveNext() && events.Type == EventType.CommandRejected, Is.True);
        Assert.That(exchange.Engine.ComputeStateHash(), Is.EqualTo(before), "the intruder changed nothing");
        Assert.That(exchange.Engine.HasPendingWork, Is.True);
    }

    [Test]
    public void Work_is_not_continued_where_there_is_none()
    {
        using var exchange = new BareExchange();
        exchange.Execute(new StreamCommand(new CommandSlot { Type = CommandType.Genesis }, CommandGenerator.Genesis.ToBytes(), 0));

        Assert.That(() => exchange.Continue(1), Throws.InstanceOf<InvariantBrokenException>());
    }

    [Test]
    public void The_state_between_two_pieces_is_part_of_the_state_hash()
    {
        using var exchange = Suspended(out var hashes);

        while (exchange.Engine.HasPendingWork)
        {
            hashes.Add(exchange.Engine.ComputeStateHash());
            exchange.Continue(1);
        }

        hashes.Add(exchange.Engine.ComputeStateHash());
        Assert.That(hashes, Is.Unique);
        Assert.That(hashes, Has.Count.EqualTo(5));
        Assert.That(exchange.Engine.FindInconsistency(), Is.Null);
    }

    /// <summary>Returns an exchange in the middle of a sweep through four orders, one trade per record.</summary>
    private static BareExchange Suspended(out List<ulong> hashes)
    {
        var exchange = new BareExchange();
        List<StreamCommand> setUp =
        [
            new(new CommandSlot { Type = CommandType.Genesis }, (CommandGenerator.Genesis with { WorkLimit = 1 }).ToBytes(), 0),
            new(new CommandSlot { Type = CommandType.AddSymbol }, AddSymbolCommand.ToBytes(SampleSymbols.Spec), 0),
            new(new CommandSlot { Type = CommandType.OpenAccount }, Account(), 0),
            new(new CommandSlot { Type = CommandType.OpenAccount }, Account(), 0),
        ];
        setUp.AddRange(Enumerable.Range(1, 4).Select(price => new StreamCommand(CommandSlots.Limit(1, Side.Sell, price, 1), [], 1)));
        setUp.ForEach(command => exchange.Execute(command));
        hashes = [exchange.Engine.ComputeStateHash()];

        exchange.Begin(new StreamCommand(CommandSlots.Limit(2, Side.Buy, 4, 4), [], 1));
        Assert.That(exchange.Engine.HasPendingWork, Is.True);
        return exchange;

        static byte[] Account() => new OpenAccountCommand { Deposits = [new AssetAmount(0, 1_000_000), new AssetAmount(1, 1_000_000)] }.ToBytes();
    }

    private static void CheckBound(ReadOnlySpan<byte> bytes, int workLimit, ref CommandType lastType, HashSet<CommandType> continued)
    {
        var record = new Record(bytes);
        var work = 0;
        for (var events = record.Events; events.MoveNext();)
        {
            work += events.Type is EventType.TradeExecuted or EventType.OrderCanceled ? 1 : 0;
        }

        Assert.That(work, Is.LessThanOrEqualTo(workLimit), $"work in record {record.Sequence}");
        lastType = record.CommandType == CommandType.ContinueWork ? lastType : record.CommandType;
        if (record.Header.Flags.HasFlag(RecordFlags.Continues))
        {
            Assert.That(work, Is.EqualTo(workLimit), $"record {record.Sequence} leaves work although it could do more");
            continued.Add(lastType);
        }
    }
}
