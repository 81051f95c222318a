using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Types;

[TestFixture]
public sealed class StateHashTests
{
    [Test]
    public void Equal_parts_in_equal_order_give_equal_hashes() =>
        Assert.That(Enumerable.Range(0, 3).Select(_ => Of(1, 2, 3)).Distinct().Count(), Is.EqualTo(1));

    [Test]
    public void Order_and_number_of_parts_count()
    {
        ulong[] hashes = [Of(), Of(0), Of(0, 0), Of(1, 2), Of(2, 1), Of(1, 2, 0), Of(-1), Of(long.MinValue)];

        Assert.That(hashes, Is.Unique);
    }

    [Test]
    public void The_border_between_two_texts_counts()
    {
        Assert.That(Of("ab", "c"), Is.Not.EqualTo(Of("a", "bc")));
        Assert.That(Of("", "abc"), Is.Not.EqualTo(Of("abc", "")));
    }

    [Test]
    public void Every_byte_counts()
    {
        var bytes = new byte[37];
        var hashes = new HashSet<ulong> { OfBytes(bytes) };
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = 1;
            Assert.That(hashes.Add(OfBytes(bytes)), Is.True, $"byte {i}");
            bytes[i] = 0;
        }
    }

    [Test]
    public void Both_halves_of_a_large_number_count()
    {
        var low = new StateHash();
        low.Add((Int128)1);
        var high = new StateHash();
        high.Add((Int128)1 << 64);

        Assert.That(low.Value, Is.Not.EqualTo(high.Value));
    }

    /// <summary>The hash is compared between machines and builds: a change of it is a change of format.</summary>
    [Test]
    public void The_value_is_the_same_in_every_build() => Assert.That(Of(1, -2, 3), Is.EqualTo(GoldenOfThreeNumbers));

    private const ulong GoldenOfThreeNumbers = 0x68F8C79DE6EB6835;

    private static ulong Of(params long[] parts)
    {
        var hash = new StateHash();
        foreach (var part in parts)
        {
            hash.Add(part);
        }

        return hash.Value;
    }

    private static ulong Of(params string[] parts)
    {
        var hash = new StateHash();
        foreach (var part in parts)
        {
            hash.Add(part);
        }

        return hash.Value;
    }

    private static ulong Of() => new StateHash().Value;

    private static ulong OfBytes(byte[] bytes)
    {
        var hash = new StateHash();
        hash.Add(bytes);
        return hash.Value;
    }
}
