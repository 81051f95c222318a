using Exchange.Matching.Book;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed class DirectIndexTests
{
    [TestCase(1UL, 1_000_000, KeyShape.OneByOne)]
    [TestCase(2UL, 400_000, KeyShape.WithGaps)]
    [TestCase(3UL, 400_000, KeyShape.Random)]
    [TestCase(4UL, 30_000, KeyShape.OnePlace)]
    public void Holds_what_a_dictionary_holds_through_growth_and_removal(ulong seed, int operations, KeyShape shape)
    {
        var random = new SplitMix64(seed);
        var keys = new long[operations + 1];
        var index = new DirectIndex<Table>(new Table(keys));
        Dictionary<long, int> model = [];
        List<int> slots = [];
        var last = 0L;
        for (var slot = 1; slot <= operations; slot++)
        {
            // Why in waves: the table grows while it shrinks again, so removals meet two tables.
            var adds = (slot / 5_000 % 3) switch { 0 => 85, 1 => 45, _ => 60 };
            if (random.Chance(adds) || slots.Count == 0)
            {
                var key = NewKey(shape, random, ref last);
                if (model.TryAdd(key, slot))
                {
                    keys[slot] = key;
                    slots.Add(slot);
                    index.Add(key, slot);
                }
            }
            else
            {
                // The youngest and any other: what stood in a young one's place before is older.
                Remove(random.Chance(50) ? slots.Count - 1 - random.Below(Math.Min(slots.Count, 50)) : random.Below(slots.Count));
            }

            if ((slot & (slot - 1)) == 0 || slot % 100_000 == 0)
            {
                CheckAll(slot);
            }
        }

        CheckAll(operations);
        while (slots.Count > 0)
        {
            Remove(random.Below(slots.Count));
        }

        Assert.That(index.Count, Is.Zero);
        index.Dispose();

        void Remove(int place)
        {
            var slot = slots[place];
            slots[place] = slots[^1];
            slots.RemoveAt(slots.Count - 1);
            var key = keys[slot];
            keys[slot] = 0;
            model.Remove(key);
            index.Remove(key, slot);
            Assert.That(index.Find(key), Is.Zero, $"key {key} is gone");
        }

        void CheckAll(int step)
        {
            Assert.That(index.Count, Is.EqualTo(model.Count), $"step {step}");
            var wrong = model.Where(pair => index.Find(pair.Key) != pair.Value).Select(pair => pair.Key).Take(3).ToArray();
            Assert.That(wrong, Is.Empty, $"step {step}: keys that are not found");
            var found = Enumerable.Range(0, 1_000).Select(_ => NewKey(KeyShape.Random, random, ref last)).Where(key => !model.ContainsKey(key) && index.Find(key) != 0).ToArray();
            Assert.That(found, Is.Empty, $"step {step}: keys that are found and are not there");
        }
    }

    [TestCase(0L)]
    [TestCase(-1L)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    [TestCase(4_096L + 7)]
    public void A_key_that_nobody_has_is_not_found_whatever_it_is(long key)
    {
        var keys = new long[101];
        var index = new DirectIndex<Table>(new Table(keys));
        for (var slot = 1; slot <= 100; slot++)
        {
            keys[slot] = slot - 1 + 4_096;
            index.Add(keys[slot], slot);
        }

        keys[8] = 0;
        index.Remove(4_096 + 7, 8);

        Assert.That(index.Find(key), Is.Zero);
        index.Dispose();
    }

    public enum KeyShape
    {
        OneByOne,
        WithGaps,
        Random,

        /// <summary>Keys that share the place of a table of any length.</summary>
        OnePlace,
    }

    private static long NewKey(KeyShape shape, SplitMix64 random, ref long last) => shape switch
    {
        KeyShape.OneByOne => ++last,
        KeyShape.WithGaps => last += random.Between(1, 40),
        KeyShape.Random => random.Between(1, 1L << 40),
        _ => last += 1 << 24,
    };

    /// <summary>Keys by slot.</summary>
    private readonly struct Table(long[] keys) : IKeyedSlots
    {
        public long KeyOf(int slot) => keys[slot];
    }
}
