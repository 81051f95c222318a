using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Simulation;

/// <summary>
/// The same commands under other clocks (RELIABILITY A8): jumps of up to an hour either way, standing, running at any speed. Who trades with whom at what
/// price does not depend on it. The rules that are about time (orders per ten seconds, average prices) are off in these markets.
/// </summary>
[TestFixture]
public sealed class ClockScheduleTests
{
    private const int Schedules = 100;
    private const int Commands = 400;
    private const long HourUs = 3_600_000_000;

    [Test]
    public void The_same_commands_give_the_same_fills_and_balances_under_every_clock()
    {
        var commands = TimelessCommands();
        var expected = Outcome(commands, schedule: 0);
        Assert.That(expected.Trades, Is.GreaterThan(50));

        Parallel.For(1, Schedules + 1, schedule => Assert.That(Outcome(commands, schedule), Is.EqualTo(expected), $"schedule {schedule}"));
    }

    [Test]
    public void A_rule_that_is_about_time_does_show_another_clock()
    {
        List<StreamCommand> commands = [.. CommandStream.Generate(seed: 8, 3_000)];

        Assert.That(Outcome(commands, schedule: 1), Is.Not.EqualTo(Outcome(commands, schedule: 0)), "the comparison can fail");
    }

    private static List<StreamCommand> TimelessCommands()
    {
        var generator = new CommandGenerator(8);
        using var exchange = new EngineExchange(CommandGenerator.Genesis);
        List<StreamCommand> commands = [];
        for (var i = 0; i < Commands; i++)
        {
            var command = generator.Next() switch
            {
                GeneratedSymbol symbol => symbol with { Spec = symbol.Spec with { AvgPriceMins = 0 } },
                GeneratedAccount account => account with { Command = account.Command with { OrderLimitPer10Seconds = 0, OrderLimitPerDay = 0 } },
                var other => other,
            };
            commands.Add(CommandStream.Of(command));
            generator.Observe(command, command.ApplyTo(exchange));
        }

        return commands;
    }

    /// <summary>Runs the pipeline, one command after another, and returns what became of them: all records but their times, and every balance.</summary>
    private static (ulong Records, ulong Balances, int Trades) Outcome(List<StreamCommand> commands, int schedule)
    {
        var random = new SplitMix64((ulong)schedule);
        var clock = new ManualClock();
        var exchange = new SteppedExchange(new FaultyDisk(), clock, CommandGenerator.Genesis);
        var times = new List<long>();
        var records = new StateHash();
        var trades = 0;
        exchange.Start();
        foreach (var command in commands.Where(command => command.Slot.Type != CommandType.Genesis))
        {
            if (schedule > 0)
            {
                clock.Pass(random.Chance(30) ? 0 : random.Between(0, random.Chance(10) ? HourUs : 1_000_000));
                clock.JumpWall(random.Chance(30) ? random.Between(-HourUs, HourUs) : 0);
            }

            foreach (var bytes in exchange.Execute(command))
            {
                var record = new Record(bytes);
                times.Add(record.TimeUs);
                records.Add((int)record.CommandType);
                records.Add(record.Bytes[RecordHeader.Size..]);
                for (var events = record.Events; events.MoveNext();)
                {
                    trades += events.Type == EventType.TradeExecuted ? 1 : 0;
                }
            }
        }

        Assert.That(times, Is.Ordered, "journal time never falls");
        var balances = new StateHash();
        exchange.Ledger.AddTo(ref balances);
        exchange.Dispose();
        return (records.Value, balances.Value, trades);
    }
}
