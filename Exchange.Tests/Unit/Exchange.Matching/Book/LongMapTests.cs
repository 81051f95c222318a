using Exchange.Matching.Book;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed class LongMapTests
{
    private const ulong HashFactor = 0x9E3779B97F4A7C15;

    [TestCase(1UL, 1_500_000, KeyShape.Ascending)]
    [TestCase(2UL, 1_500_000, KeyShape.Random)]
    [TestCase(3UL, 400_000, KeyShape.FewReused)]
    [TestCase(4UL, 60_000, KeyShape.OneHome)]
    public void Holds_what_a_dictionary_holds_through_growth_and_removal(ulong seed, int operations, KeyShape shape)
    {
        var random = new SplitMix64(seed);
        using var map = new LongMap(capacityBits: 4);
        Dictionary<long, int> model = [];
        List<long> keys = [];
        var next = 0L;
        for (var i = 0; i < operations; i++)
        {
            // Why in waves: the map grows while it shrinks again, so removals meet two tables.
            var adds = (i / 5_000 % 3) switch { 0 => 85, 1 => 45, _ => 60 };
            if (random.Chance(adds) || keys.Count == 0)
            {
                Add(NewKey(shape, random, ref next), i + 1);
            }
            else
            {
                Touch(random.Below(keys.Count), i + 1);
            }

            if ((i & (i - 1)) == 0 || i % 250_000 == 0)
            {
                CheckAll(i);
            }
        }

        CheckAll(operations);
        while (keys.Count > 0)
        {
            Remove(random.Below(keys.Count));
        }

        CheckAll(operations + 1);

        void Add(long key, int value)
        {
            if (model.TryAdd(key, value))
            {
                keys.Add(key);
                map.Add(key, value);
            }

            Assert.That(map.Find(key) == model[key], $"key {key} just added");
        }

        void Touch(int index, int value)
        {
            if (random.Chance(20))
            {
                model[keys[index]] = value;
                map.Replace(keys[index], value);
            }
            else
            {
                Remove(index);
            }
        }

        void Remove(int index)
        {
            var key = keys[index];
            keys[index] = keys[^1];
            keys.RemoveAt(keys.Count - 1);
            model.Remove(key);
            Assert.That(map.Remove(key), $"key {key} was there");
            Assert.That(map.Find(key) == 0 && !map.Remove(key), $"key {key} is gone");
        }

        void CheckAll(int step)
        {
            Assert.That(map.Count, Is.EqualTo(model.Count), $"step {step}");
            var wrong = model.Where(pair => map.Find(pair.Key) != pair.Value).Select(pair => pair.Key).Take(3).ToArray();
            Assert.That(wrong, Is.Empty, $"step {step}: keys with another value");
        }
    }

    [Test]
    public void A_lookup_between_two_tables_finds_every_key_at_every_step_of_the_move()
    {
        using var map = new LongMap(capacityBits: 8);
        for (var key = 1; key <= 160; key++)
        {
            map.Add(key, key * 3);
        }

        // The next addition doubles the table; each change then moves 16 of the 256 old slots.
        for (var key = 161; key <= 200; key++)
        {
            map.Add(key, key * 3);
            for (var known = 1; known <= key; known++)
            {
                Assert.That(map.Find(known), Is.EqualTo(known * 3), $"key {known} after adding {key}");
            }
        }
    }

    [Test]
    public void Removing_every_key_while_the_move_is_under_way_leaves_nothing()
    {
        for (var keep = 0; keep < 16; keep++)
        {
            using var map = new LongMap(capacityBits: 8);
            for (var key = 1; key <= 161 + keep; key++)
            {
                map.Add(key, key);
            }

            for (var key = 161 + keep; key >= 1; key--)
            {
                Assert.That(map.Remove(key), $"key {key}, {keep} additions after the growth");
                Assert.That(map.Count, Is.EqualTo(key - 1));
            }

            Assert.That(Enumerable.Range(1, 200).Where(key => map.Find(key) != 0), Is.Empty);
        }
    }

    public enum KeyShape
    {
        Ascending,
        Random,
        FewReused,

        /// <summary>Keys whose hashes share their high bits: one long probe sequence.</summary>
        OneHome,
    }

    private static long NewKey(KeyShape shape, SplitMix64 random, ref long next) => shape switch
    {
        KeyShape.Ascending => ++next,
        KeyShape.Random => (long)(random.Next() | 2) & ~1L,
        KeyShape.FewReused => random.Between(1, 3_000),
        _ => (long)(ModularInverse.Of(HashFactor) * (ulong)random.Between(1, 400)),
    };
}
