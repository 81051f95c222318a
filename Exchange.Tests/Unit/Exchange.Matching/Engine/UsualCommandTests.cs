using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>Which of the two ways a command goes, the short or the long one, may depend on the moment; what it leaves does not.</summary>
[TestFixture]
public sealed class UsualCommandTests
{
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(10_000)]
    public void Usual_commands_leave_the_same_records_and_state_the_long_way(int workLimit)
    {
        var genesis = CommandGenerator.Genesis with { WorkLimit = workLimit };
        var commands = CommandStream.Generate(seed: 91, count: 20_000, genesis);
        var random = new SplitMix64(91);
        using var usual = NewEngine();
        using var mixed = NewEngine();
        using var other = NewEngine();
        var expected = new byte[RecordLimits.MaxRecordLength(workLimit)];
        var actual = new byte[expected.Length];
        var sequence = 0L;
        foreach (var command in commands)
        {
            var (slot, copy, another) = (command.Slot, command.Slot, command.Slot);
            sequence++;
            var length = usual.Execute(ref slot, command.Payload, sequence, command.TimeUs, expected);
            Compare(other.ExecuteOther(ref copy, command.Payload, sequence, command.TimeUs, actual), length, "the long way");
            Compare(
                random.Chance(50)
                    ? mixed.ExecuteOther(ref another, command.Payload, sequence, command.TimeUs, actual)
                    : mixed.Execute(ref another, command.Payload, sequence, command.TimeUs, actual),
                length,
                "now one, now the other");
            while (usual.HasPendingWork)
            {
                length = usual.ExecutePending(++sequence, command.TimeUs, expected);
                Compare(other.ExecutePending(sequence, command.TimeUs, actual), length, "the long way, continued");
                Compare(mixed.ExecutePending(sequence, command.TimeUs, actual), length, "now one, now the other, continued");
            }
        }

        Assert.That((other.ComputeStateHash(), mixed.ComputeStateHash()), Is.EqualTo((usual.ComputeStateHash(), usual.ComputeStateHash())));

        void Compare(int actualLength, int length, string way) =>
            Assert.That(actual.AsSpan(0, actualLength).SequenceEqual(expected.AsSpan(0, length)), $"sequence {sequence}, {way}");
    }

    private static MatchingEngine<RiskPort, LedgerPort> NewEngine() => new(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
}
