using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.MarketData;

[TestFixture]
public sealed class DepthSideTests
{
    [TestCase(Side.Buy, 1)]
    [TestCase(Side.Sell, 2)]
    public void Random_changes_give_the_same_levels_as_a_sorted_dictionary(Side side, int seed)
    {
        var random = new Random(seed);
        var depth = new DepthSide(side);
        var expected = new SortedDictionary<long, long>(
            side == Side.Buy ? Comparer<long>.Create((left, right) => right.CompareTo(left)) : Comparer<long>.Default);
        var levels = new List<DepthLevel>();
        for (var i = 0; i < 30_000; i++)
        {
            // Grows to hundreds of levels, then shrinks to nearly none, again and again.
            var grows = i / 5_000 % 2 == 0;
            var price = random.Next(1, 1_000);
            var held = expected.GetValueOrDefault(price);
            var lots = random.Next(100) < (grows ? 70 : 20) || held == 0
                ? random.Next(1, 10)
                : random.Next(3) == 0 ? -random.NextInt64(1, held + 1) : -held;
            depth.Change(price, lots);
            if (held + lots == 0)
            {
                expected.Remove(price);
            }
            else
            {
                expected[price] = held + lots;
            }

            Assert.That(depth.Count, Is.EqualTo(expected.Count));
            if (i % 50 == 0)
            {
                var limit = random.Next(1, 1_200);
                levels.Clear();
                depth.CopyBest(limit, levels);
                Assert.That(levels, Is.EqualTo(expected.Take(limit).Select(level => new DepthLevel(level.Key, level.Value))));
            }
        }
    }

    [TestCase(Side.Buy)]
    [TestCase(Side.Sell)]
    public void Levels_made_in_order_and_taken_in_order_keep_the_tree_shallow_and_right(Side side)
    {
        var depth = new DepthSide(side);
        for (var price = 1; price <= 100_000; price++)
        {
            depth.Change(price, price);
        }

        for (var price = 1; price <= 99_998; price++)
        {
            depth.Change(price, -price);
        }

        var levels = new List<DepthLevel>();
        depth.CopyBest(10, levels);
        DepthLevel[] ascending = [new(99_999, 99_999), new(100_000, 100_000)];
        Assert.That(levels, Is.EqualTo(side == Side.Sell ? ascending : ascending.Reverse()));
    }

    [Test]
    public void A_level_below_zero_breaks_an_invariant()
    {
        var depth = new DepthSide(Side.Buy);
        depth.Change(100, 5);

        Assert.That(() => depth.Change(100, -6), Throws.TypeOf<InvariantBrokenException>());
        Assert.That(() => depth.Change(99, -1), Throws.TypeOf<InvariantBrokenException>());
    }

    [Test]
    public void Copying_appends_at_most_the_limit()
    {
        var depth = new DepthSide(Side.Sell);
        depth.Change(3, 30);
        depth.Change(1, 10);
        depth.Change(2, 20);
        List<DepthLevel> levels = [new(9, 9)];

        depth.CopyBest(2, levels);

        Assert.That(levels, Is.EqualTo(new DepthLevel[] { new(9, 9), new(1, 10), new(2, 20) }));
    }
}
