using System.Runtime.InteropServices;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>The look-ahead's hint in a slot may be anything: a ring slot keeps the bytes of its last use.</summary>
[TestFixture]
public sealed class KnownSlotTests
{
    [TestCase(int.MinValue)]
    [TestCase(-1)]
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(int.MaxValue)]
    public void A_wrong_hint_changes_no_record(int hint)
    {
        var commands = CommandStream.Generate(seed: 77, count: 20_000);
        using var plain = new MatchingEngine<RiskPort, LedgerPort>(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
        using var hinted = new MatchingEngine<RiskPort, LedgerPort>(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
        var expected = new byte[plain.MaxRecordLength];
        var actual = new byte[plain.MaxRecordLength];
        var sequence = 0L;
        foreach (var command in commands)
        {
            var slot = command.Slot;
            var length = plain.Execute(ref slot, command.Payload, ++sequence, command.TimeUs, expected);
            slot = command.Slot;
            slot.KnownSlot = hint;
            Assert.That(hinted.Execute(ref slot, command.Payload, sequence, command.TimeUs, actual), Is.EqualTo(length), $"sequence {sequence}");
            Assert.That(actual.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length)), $"sequence {sequence}");
            while (plain.HasPendingWork)
            {
                plain.ExecutePending(++sequence, command.TimeUs, expected);
                hinted.ExecutePending(sequence, command.TimeUs, actual);
            }
        }

        Assert.That(hinted.ComputeStateHash(), Is.EqualTo(plain.ComputeStateHash()));
        Assert.That(Marshal.OffsetOf<CommandSlot>(nameof(CommandSlot.KnownSlot)), Is.EqualTo((nint)124), "in bytes that no field of the command has");
    }
}
