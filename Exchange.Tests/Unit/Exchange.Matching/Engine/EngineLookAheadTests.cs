using System.Runtime.InteropServices;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>Looking ahead decides nothing: an engine that expects commands, and anything else, gives the records of one that never does.</summary>
[TestFixture]
public sealed class EngineLookAheadTests
{
    [Test]
    public void Looking_ahead_changes_no_record_whatever_is_expected()
    {
        const int Length = MatchingEngine<RiskPort, LedgerPort>.LookAheadLength;
        var commands = CommandStream.Generate(seed: 77, count: 20_000);
        var random = new SplitMix64(77);
        using var plain = NewEngine();
        using var looking = NewEngine();
        var expected = new byte[plain.MaxRecordLength];
        var actual = new byte[plain.MaxRecordLength];
        var sequence = 0L;
        for (var i = 0; i < commands.Count; i++)
        {
            var count = random.Below(Length + 1);
            for (var j = i; j < Math.Min(i + count, commands.Count); j++)
            {
                var soon = SoonOf(j);
                looking.Expect(in soon);
            }

            looking.AdvanceLookAhead();
            if (random.Chance(1))
            {
                looking.ForgetExpected();
            }

            var (next, afterNext) = (SoonOf(i + 1), SoonOf(i + 2));
            looking.LookNear(in next, in afterNext);
            var (slot, other) = (commands[i].Slot, commands[i].Slot);
            var length = plain.Execute(ref slot, commands[i].Payload, ++sequence, commands[i].TimeUs, expected);
            Assert.That(looking.Execute(ref other, commands[i].Payload, sequence, commands[i].TimeUs, actual), Is.EqualTo(length), $"sequence {sequence}");
            Assert.That(actual.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length)), $"sequence {sequence}");
            while (plain.HasPendingWork)
            {
                plain.ExecutePending(++sequence, commands[i].TimeUs, expected);
                looking.ExecutePending(sequence, commands[i].TimeUs, actual);
            }
        }

        Assert.That(looking.ComputeStateHash(), Is.EqualTo(plain.ComputeStateHash()));

        CommandSlot SoonOf(int index)
        {
            var soon = commands[Math.Min(index, commands.Count - 1)].Slot;
            if (random.Chance(10))
            {
                Spoil(ref soon, random);
            }

            return soon;
        }
    }

    private static MatchingEngine<RiskPort, LedgerPort> NewEngine() => new(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));

    /// <summary>Any bytes but the type's: a slot of a payload keeps what its last use has left there.</summary>
    private static void Spoil(ref CommandSlot slot, SplitMix64 random)
    {
        var bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref slot, 1));
        for (var i = 8; i < 48; i++)
        {
            bytes[i] = (byte)random.Below(256);
        }

        if (random.Chance(50))
        {
            slot.SymbolId = 0;
        }
    }
}
