using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>Every call of every command to risk and ledger throws once (RELIABILITY A7).</summary>
[TestFixture]
public sealed class PoisonTests
{
    private const int Commands = 330;

    [Test]
    public void A_fault_before_the_first_change_is_a_reject_and_a_fault_behind_it_poisons_the_command()
    {
        List<FaultyStep> log = [];
        var victim = new Victim(log);
        var rejected = 0;
        var poisoned = new Dictionary<CommandType, int>();
        foreach (var command in CommandStream.Generate(seed: 21, Commands))
        {
            for (var call = 1; ; call++)
            {
                var before = victim.Engine.ComputeStateHash();
                var step = new FaultyStep(command, call);
                try
                {
                    victim.Execute(step);
                }
                catch (PoisonedCommandException poison)
                {
                    Assert.That(poison.InnerException, Is.InstanceOf<SyntheticFaultException>());
                    Assert.That(poison.Command.Type, Is.AnyOf(command.Slot.Type, CommandType.ContinueWork));
                    poisoned[command.Slot.Type] = poisoned.GetValueOrDefault(command.Slot.Type) + 1;
                    victim.Dispose();
                    victim = new Victim(log);
                    continue;
                }

                log.Add(step);
                if (victim.Plan.Calls < call)
                {
                    // The command has no such call: it went through whole.
                    break;
                }

                rejected++;
                Assert.That(victim.LastReject(), Is.EqualTo(RejectReason.InternalError), $"{command.Slot.Type}, call {call}");
                Assert.That(victim.Engine.LastInternalError, Is.InstanceOf<SyntheticFaultException>());
                Assert.That(victim.Engine.ComputeStateHash(), Is.EqualTo(before), $"{command.Slot.Type}, call {call}: a reject changes nothing");
            }
        }

        using var replay = new Victim(log);
        Assert.That(replay.Engine.ComputeStateHash(), Is.EqualTo(victim.Engine.ComputeStateHash()));
        Assert.That(replay.Digest, Is.EqualTo(victim.Digest), "the same faults give the same records");
        Assert.That(victim.Engine.FindInconsistency(), Is.Null);
        victim.Dispose();

        Assert.That(rejected, Is.GreaterThan(200));
        Assert.That(rejected + poisoned.Values.Sum(), Is.GreaterThan(800), "throw points");
        Assert.That(poisoned.Keys, Is.SupersetOf((CommandType[])
        [
            CommandType.AddSymbol, CommandType.OpenAccount, CommandType.AdjustBalance, CommandType.PlaceOrder, CommandType.CancelOrder,
            CommandType.CancelAllOrders, CommandType.ReduceOrder, CommandType.MoveOrder,
        ]));
    }

    /// <summary>The slot of such a command holds payload where a trading command has its account: nobody may be restricted by accident.</summary>
    [Test]
    public void A_poisoned_command_of_administration_names_nobody()
    {
        var slot = new CommandSlot { Type = CommandType.OpenAccount, AccountId = 7, SymbolId = 2 };

        var poison = new PoisonedCommandException(slot, sequence: 5, new SyntheticFaultException());

        Assert.That((poison.AccountId, poison.SymbolId, poison.Sequence), Is.EqualTo((0, 0, 5L)));
        Assert.That(poison.Message, Does.Contain("account 0, symbol 0"));
    }

    private sealed record FaultyStep(StreamCommand Command, int Call);

    /// <summary>An engine that has executed a log of commands, each with its fault.</summary>
    private sealed class Victim : IDisposable
    {
        private readonly byte[] _buffer = new byte[RecordLimits.MaxRecordLength(1_000)];
        private StateHash _digest = new();
        private long _sequence;
        private int _length;

        public Victim(List<FaultyStep> log)
        {
            Engine = new MatchingEngine<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>>(
                new ThrowingRisk<RiskPort>(new RiskPort(new RiskState()), Plan), new ThrowingLedger<LedgerPort>(new LedgerPort(new Ledger()), Plan));
            foreach (var step in log)
            {
                Execute(step);
            }
        }

        public FaultPlan Plan { get; } = new();

        public MatchingEngine<ThrowingRisk<RiskPort>, ThrowingLedger<LedgerPort>> Engine { get; }

        /// <summary>Of all records so far.</summary>
        public ulong Digest => _digest.Value;

        public void Execute(FaultyStep step)
        {
            Plan.Arm(step.Call);
            var slot = step.Command.Slot;
            Take(Engine.Execute(ref slot, step.Command.Payload, _sequence + 1, step.Command.TimeUs, _buffer));
            while (Engine.HasPendingWork)
            {
                Take(Engine.ExecutePending(_sequence + 1, step.Command.TimeUs, _buffer));
            }
        }

        public RejectReason LastReject()
        {
            var events = new Record(_buffer.AsSpan(0, _length)).Events;
            return events.MoveNext() && events.Type == EventType.CommandRejected ? events.As<CommandRejected>().Reason : RejectReason.None;
        }

        public void Dispose() => Engine.Dispose();

        private void Take(int length)
        {
            _length = length;
            _sequence++;
            _digest.Add(_buffer.AsSpan(0, length));
        }
    }
}
