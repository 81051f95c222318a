using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Simulation;

/// <summary>
/// Every call of every command to risk and ledger throws once, in the whole pipeline (RELIABILITY A7): a fault before the first change is an answer, and
/// nothing else; behind it the exchange stops, comes up as it was, and stays up however often the client sends the command again.
/// </summary>
[TestFixture]
[Parallelizable]
public sealed class PoisonedPipelineTests
{
    private const int Commands = 300;
    private const int ThrowPointsMin = 1_000;

    [Test]
    public void A_fault_is_an_answer_or_a_stop_that_no_retry_repeats()
    {
        var commands = CommandStream.Generate(seed: 22, Commands, CommandGenerator.Genesis with { WorkLimit = 200 });
        var genesis = CommandGenerator.Genesis with { WorkLimit = 200 };
        var disk = new FaultyDisk();
        var rejected = 0;
        var stopped = 0;
        var retried = 0;
        foreach (var command in commands.Skip(1))
        {
            var before = disk.Contents();
            for (var call = 1; ; call++)
            {
                using var exchange = new SteppedExchange(DiskOf(before), new ManualClock(), genesis);
                exchange.Start();
                var hash = exchange.StateHash;
                exchange.Plan.Arm(call);
                var records = exchange.Execute(command);
                if (exchange.Failure is PoisonedCommandException poison)
                {
                    stopped++;
                    Assert.That(poison.InnerException, Is.InstanceOf<SyntheticFaultException>());
                    retried += ComesUpAndStaysUp(exchange, command, call, hash, genesis) ? 1 : 0;
                    continue;
                }

                Assert.That(exchange.Failure, Is.Null);
                if (exchange.Plan.Calls < call)
                {
                    break;
                }

                rejected++;
                Assert.That(RejectOf(records), Is.EqualTo(RejectReason.InternalError), $"{command.Slot.Type}, call {call}");
                Assert.That(exchange.StateHash, Is.EqualTo(hash), $"{command.Slot.Type}, call {call}: nothing changed");
                Assert.That(exchange.IsAdmitting, Is.True);
            }

            using var next = new SteppedExchange(disk, new ManualClock(), genesis);
            next.Start();
            next.Execute(command);
        }

        Assert.That(rejected + stopped, Is.GreaterThan(ThrowPointsMin), "throw points");
        Assert.That(new[] { rejected, stopped, retried }, Has.All.GreaterThan(100), "answers, stops, stops with a client behind them");
    }

    /// <summary>Restarts behind a stop, sends the command again and again with its fault still there; returns whether there was a client to restrict.</summary>
    private static bool ComesUpAndStaysUp(SteppedExchange stopped, StreamCommand command, int call, ulong hash, GenesisCommand genesis)
    {
        var disk = (FaultyDisk)stopped.Storage;
        disk.Kill();
        using (var bare = new BareExchange())
        {
            bare.Recover(disk);
            Assert.That(bare.Engine.ComputeStateHash(), Is.EqualTo(hash), "nothing of the command is in the journal");
        }

        if (!command.Slot.Type.IsTrading())
        {
            return false;
        }

        // A new order cannot break it again; a cancel can, once: from then on the account may do nothing.
        var stops = 0;
        for (var start = 0; start < 4; start++)
        {
            using var exchange = new SteppedExchange(disk, new ManualClock(), genesis);
            exchange.Start();
            for (var retry = 0; retry < 3 && exchange.Failure is null; retry++)
            {
                exchange.Plan.Arm(call);
                exchange.Execute(command);
            }

            stops += exchange.Failure is null ? 0 : 1;
            disk.Kill();
        }

        Assert.That(stops, Is.LessThanOrEqualTo(1), $"{command.Slot.Type}, call {call}: a client that retries cannot keep the exchange down");
        return true;
    }

    private static RejectReason RejectOf(List<byte[]> records)
    {
        var events = new Record(records[0]).Events;
        return events.MoveNext() && events.Type == EventType.CommandRejected ? events.As<CommandRejected>().Reason : RejectReason.None;
    }

    private static FaultyDisk DiskOf(SortedDictionary<string, byte[]> contents)
    {
        var disk = new FaultyDisk();
        foreach (var (name, bytes) in contents)
        {
            disk.Put(name, [.. bytes]);
        }

        return disk;
    }
}
