using Exchange.Matching.Book;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;
using RestingOrder = Exchange.Matching.Book.RestingOrder;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed unsafe class PriceLadderTests
{
    private const long Highest = 1L << 62;

    private static readonly long[] Extremes = [.. ExtremeKeys().Distinct().Order()];

    // An order for each number that a test gives: what a level of one order has is read from it.
    private ReservedArray<RestingOrder> _orders = null!;

    [SetUp]
    public void Create() => _orders = NewOrders(80_001);

    [TestCase(1UL, KeyShape.Dense, 80_000)]
    [TestCase(2UL, KeyShape.Sparse, 80_000)]
    [TestCase(3UL, KeyShape.Extreme, 80_000)]
    [TestCase(4UL, KeyShape.Mixed, 80_000)]
    [TestCase(5UL, KeyShape.Rising, 60_000)]
    public void Holds_what_a_sorted_dictionary_holds(ulong seed, KeyShape shape, int operations)
    {
        var random = new SplitMix64(seed);
        using var nodes = new NodeStore();
        using var leaves = new LeafStore(_orders.Start);
        var ladder = new PriceLadder(nodes, leaves);
        SortedDictionary<long, int> model = [];
        var keys = new SortedSet<long>();
        var rising = 0L;
        for (var i = 1; i <= operations; i++)
        {
            var key = NewKey(shape, random, ref rising);
            if (i % 20_000 == 0)
            {
                Empty();
            }
            else if (model.Remove(key))
            {
                keys.Remove(key);
                Remove(ref ladder, key);
            }
            else if (keys.Count == 0 || random.Chance(model.Count < 400 ? 80 : 20))
            {
                model.Add(key, i);
                keys.Add(key);
                Add(ref ladder, key, i);
            }
            else
            {
                // The best one goes most often in a book.
                var best = keys.Min;
                model.Remove(best);
                keys.Remove(best);
                Remove(ref ladder, best);
            }

            CheckEnds(i);
            CheckAround(key, i);
            CheckAround(NewKey(shape, random, ref rising), i);
            if (i % 1_000 == 0)
            {
                Assert.That(ladder.FindInconsistency(), Is.Null, $"step {i}");
                CheckWalk(i);
            }
        }

        void Empty()
        {
            foreach (var key in keys)
            {
                Remove(ref ladder, key);
            }

            keys.Clear();
            model.Clear();
        }

        void CheckEnds(int step)
        {
            var expected = keys.Count == 0 ? (0, long.MaxValue) : (model[keys.Min], keys.Min);
            var actual = (LevelOf(ladder.Best()), ladder.BestKey);
            Assert.That(actual == expected, $"step {step}: {actual} instead of {expected}");
        }

        void CheckAround(long key, int step)
        {
            var level = LevelOf(ladder.Find(key));
            Assert.That(level == model.GetValueOrDefault(key), $"step {step}: Find({key}) gives {level}");
            var after = LevelOf(ladder.FirstAfter(key, out var nextKey));
            var above = key == long.MaxValue ? null : keys.GetViewBetween(key + 1, long.MaxValue) is { Count: > 0 } rest ? rest.Min : (long?)null;
            var isRight = above is null ? after == 0 : after == model[above.Value] && nextKey == above;
            Assert.That(isRight, $"step {step}: FirstAfter({key}) gives level {after} at {nextKey} instead of {above}");
        }

        void CheckWalk(int step)
        {
            List<(long, int)> walked = [];
            for (var level = ladder.FirstAfter(-1, out var key); level != null; level = ladder.FirstAfter(key, out key))
            {
                walked.Add((key, LevelOf(level)));
            }

            Assert.That(walked.SequenceEqual(model.Select(pair => (pair.Key, pair.Value))), $"step {step}: the walk differs");
            Assert.That(ladder.CountLevels(), Is.EqualTo(model.Count));
        }
    }

    [Test]
    public void The_first_level_is_found_from_any_key_below_it()
    {
        using var nodes = new NodeStore();
        using var leaves = new LeafStore(_orders.Start);
        foreach (var only in Extremes)
        {
            var ladder = new PriceLadder(nodes, leaves);
            Add(ref ladder, only, 7);
            foreach (var from in (long[])[-1, long.MinValue, .. Extremes.Where(key => key < only)])
            {
                Assert.That((LevelOf(ladder.FirstAfter(from, out var key)), key), Is.EqualTo((7, only)), $"only {only}, from {from}");
            }

            foreach (var from in Extremes.Where(key => key >= only).Append(long.MaxValue))
            {
                Assert.That(LevelOf(ladder.FirstAfter(from, out _)), Is.Zero, $"only {only}, from {from}");
            }
        }
    }

    [Test]
    public void Every_pair_of_extreme_keys_lives_together()
    {
        using var nodes = new NodeStore();
        using var leaves = new LeafStore(_orders.Start);
        foreach (var one in Extremes)
        {
            foreach (var other in Extremes.Where(key => key != one))
            {
                var ladder = new PriceLadder(nodes, leaves);
                Add(ref ladder, one, 1);
                Add(ref ladder, other, 2);
                var (low, high) = one < other ? (1, 2) : (2, 1);
                Assert.That((LevelOf(ladder.Best()), LevelOf(ladder.FirstAfter(Math.Min(one, other), out var next)), next), Is.EqualTo((low, high, Math.Max(one, other))), $"{one}, {other}");
                Assert.That(LevelOf(ladder.FirstAfter(-1, out _)), Is.EqualTo(low), $"{one}, {other}: from a key below all");
                Remove(ref ladder, Math.Min(one, other));
                Assert.That((LevelOf(ladder.Best()), ladder.BestKey, ladder.CountLevels()), Is.EqualTo((high, Math.Max(one, other), 1)), $"{one}, {other}");
                Remove(ref ladder, Math.Max(one, other));
                Assert.That((LevelOf(ladder.Best()), ladder.CountLevels(), LevelOf(ladder.Find(one)), LevelOf(ladder.Find(other))), Is.EqualTo((0, 0, 0, 0)), $"{one}, {other}");
            }
        }
    }

    [Test]
    public void An_emptied_ladder_has_given_all_its_nodes_and_leaves_back()
    {
        using var nodes = new NodeStore();
        using var leaves = new LeafStore(_orders.Start);
        var ladder = new PriceLadder(nodes, leaves);
        var random = new SplitMix64(9);
        var keys = Enumerable.Range(0, 300).Select(_ => random.Between(0, Highest)).Concat(Enumerable.Range(0, 300).Select(key => (long)key)).Distinct().ToArray();
        var most = (0, 0, 0);
        for (var cycle = 0; cycle < 20; cycle++)
        {
            foreach (var (place, key) in keys.Index())
            {
                Add(ref ladder, key, place + 1);
            }

            Assert.That(ladder.FindInconsistency(), Is.Null, $"cycle {cycle}");
            most = cycle == 0 ? (nodes.CellsTaken, leaves.LinesTaken, leaves.LevelsTaken) : most;
            Assert.That((nodes.CellsTaken, leaves.LinesTaken, leaves.LevelsTaken), Is.EqualTo(most), $"cycle {cycle} used nodes that the first did not need");
            foreach (var key in keys)
            {
                Remove(ref ladder, key);
            }
        }
    }

    [Test]
    public void A_ladder_is_scattered_while_it_has_far_more_leaves_than_its_table_finds()
    {
        using var nodes = new NodeStore();
        using var leaves = new LeafStore(_orders.Start);
        var ladder = new PriceLadder(nodes, leaves);
        var scattered = new List<int>();
        for (var leaf = 1; leaf <= 600; leaf++)
        {
            Add(ref ladder, leaf * 64L, leaf);
            scattered.AddRange(ladder.IsScattered ? [leaf] : []);
        }

        for (var leaf = 1; leaf <= 600; leaf++)
        {
            Remove(ref ladder, leaf * 64L);
            scattered.AddRange(ladder.IsScattered ? [-leaf] : []);
        }

        Assert.That(scattered, Is.EqualTo(Enumerable.Range(513, 88).Concat(Enumerable.Range(1, 87).Select(leaf => -leaf))));
    }

    [TearDown]
    public void Dispose() => _orders.Dispose();

    private static ReservedArray<RestingOrder> NewOrders(int count)
    {
        var orders = new ReservedArray<RestingOrder>(count);
        while (orders.Length < count)
        {
            orders.Grow();
        }

        return orders;
    }

    public enum KeyShape
    {
        Dense,
        Sparse,
        Extreme,
        Mixed,

        /// <summary>Upwards out of every prefix the root has covered so far.</summary>
        Rising,
    }

    private static long NewKey(KeyShape shape, SplitMix64 random, ref long rising)
    {
        switch (shape)
        {
            case KeyShape.Dense:
                return random.Between(0, 500);
            case KeyShape.Sparse:
                return random.Between(0, Highest);
            case KeyShape.Extreme:
                return random.Pick(Extremes);
            case KeyShape.Rising:
                rising = random.Chance(1) ? (rising > Highest / 2 ? Highest - 5_000 : rising * 2) : Math.Min(rising + random.Between(0, 70), Highest);
                return rising - (random.Chance(30) ? Math.Min(rising, random.Between(0, 5_000)) : 0);
            default:
                return random.Below(3) switch
                {
                    0 => 5_000_000 + random.Between(0, 300),
                    1 => random.Between(0, 1L << random.Below(63)),
                    _ => random.Pick(Extremes),
                };
        }
    }

    /// <summary>The borders of nodes at every height.</summary>
    private static IEnumerable<long> ExtremeKeys()
    {
        yield return 0;
        yield return Highest;
        for (var height = 0; height <= 10; height++)
        {
            foreach (var factor in (long[])[1, 2, 63])
            {
                var border = factor << (6 * height);
                foreach (var key in (long[])[border - 1, border, border + 1])
                {
                    if (key is >= 0 and <= Highest)
                    {
                        yield return key;
                    }
                }
            }
        }
    }

    /// <summary>Puts an order at a key where there is none, and another one behind every third.</summary>
    private static void Add(ref PriceLadder ladder, long key, int order)
    {
        var level = ladder.Occupy(key, order);
        if (level != null)
        {
            *level = new PriceLevel { Quantity = 1, First = order, Last = order };
        }

        if (order % 3 == 0)
        {
            ladder.Occupy(key, order - 1)->Last = order - 1;
        }
    }

    private static void Remove(ref PriceLadder ladder, long key)
    {
        *ladder.LevelAt(key) = default;
        ladder.Vacate(key, isEmpty: true);
    }

    /// <summary>The order that a test has put there; 0 for none.</summary>
    private static int LevelOf(PriceLevel* level) => level == null ? 0 : level->First;
}
