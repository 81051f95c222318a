using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class SequenceTests
{
    [Test]
    public void Value_is_what_was_set_last()
    {
        var sequence = new Sequence(-1);
        Assert.That(sequence.Value, Is.EqualTo(-1));
        sequence.Value = long.MaxValue;
        Assert.That(sequence.Value, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void CompareAndSet_wins_only_from_the_expected_value()
    {
        var sequence = new Sequence(7);
        Assert.That((sequence.CompareAndSet(6, 9), sequence.Value), Is.EqualTo((false, 7)));
        Assert.That((sequence.CompareAndSet(7, 9), sequence.Value), Is.EqualTo((true, 9)));
    }

    [Test]
    public void An_instance_keeps_128_bytes_free_on_each_side_of_its_value()
    {
        const int Count = 1_000;
        var sequences = new Sequence[Count];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < Count; index++)
        {
            sequences[index] = new Sequence(index);
        }

        var bytesEach = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        Assert.That(bytesEach, Is.GreaterThanOrEqualTo(128 + sizeof(long) + 128));
        GC.KeepAlive(sequences);
    }
}
