using Exchange.Matching.Book;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed class SlotIndexTests
{
    private const uint HashFactor = 0x9E3779B1;

    [TestCase(1UL, 1_000_000, KeyShape.Ascending)]
    [TestCase(2UL, 1_000_000, KeyShape.Random)]
    [TestCase(3UL, 400_000, KeyShape.FewShared)]
    [TestCase(4UL, 60_000, KeyShape.OneHome)]
    public void Holds_what_a_dictionary_holds_through_growth_and_removal(ulong seed, int operations, KeyShape shape)
    {
        var random = new SplitMix64(seed);

        // By slot: a slot is in the index once, a key may have several.
        Dictionary<int, uint> model = [];
        using var index = new SlotIndex<KeysOfModel>(new KeysOfModel(model), capacityBits: 1);
        List<int> slots = [];
        var next = 0u;
        for (var i = 1; i <= operations; i++)
        {
            // Why in waves: the index grows while it shrinks again, so removals meet two tables.
            var adds = (i / 5_000 % 3) switch { 0 => 85, 1 => 45, _ => 60 };
            if (random.Chance(adds) || slots.Count == 0)
            {
                var key = NewKey(shape, random, ref next);
                model.Add(i, key);
                slots.Add(i);
                index.Add(key, i);
                Assert.That(index.Find(key, new Exactly(i)), Is.EqualTo(i));
            }
            else
            {
                Remove(random.Below(slots.Count));
            }

            if ((i & (i - 1)) == 0 || i % 250_000 == 0)
            {
                CheckAll(i);
            }
        }

        CheckAll(operations);
        while (slots.Count > 0)
        {
            Remove(random.Below(slots.Count));
        }

        CheckAll(operations + 1);

        void Remove(int place)
        {
            var slot = slots[place];
            slots[place] = slots[^1];
            slots.RemoveAt(slots.Count - 1);
            model.Remove(slot, out var key);
            index.Remove(key, slot);
            Assert.That(index.Find(key, new Exactly(slot)) == 0, $"slot {slot} under key {key} is gone");
        }

        void CheckAll(int step)
        {
            Assert.That(index.Count, Is.EqualTo(model.Count), $"step {step}");
            var wrong = model.Where(pair => index.Find(pair.Value, new Exactly(pair.Key)) != pair.Key).Select(pair => pair.Key).Take(3).ToArray();
            Assert.That(wrong, Is.Empty, $"step {step}: slots that are not found");
        }
    }

    [Test]
    public void A_lookup_between_two_tables_finds_every_slot_at_every_step_of_the_move()
    {
        using var index = new SlotIndex<SevenTimes>(default, capacityBits: 4);
        for (var slot = 1; slot <= 200; slot++)
        {
            // The 73rd addition doubles the table; each change then moves 2 of the 16 old buckets.
            index.Add((uint)slot * 7, slot);
            for (var known = 1; known <= slot; known++)
            {
                Assert.That(index.Find((uint)known * 7, new Exactly(known)), Is.EqualTo(known), $"slot {known} after adding {slot}");
            }
        }
    }

    [Test]
    public void Removing_every_slot_while_the_move_is_under_way_leaves_nothing()
    {
        for (var keep = 0; keep < 9; keep++)
        {
            using var index = new SlotIndex<Same>(default, capacityBits: 4);
            for (var slot = 1; slot <= 73 + keep; slot++)
            {
                index.Add((uint)slot, slot);
            }

            for (var slot = 73 + keep; slot >= 1; slot--)
            {
                index.Remove((uint)slot, slot);
                Assert.That(index.Count, Is.EqualTo(slot - 1));
            }

            Assert.That(Enumerable.Range(1, 200).Where(slot => index.Find((uint)slot, new Exactly(slot)) != 0), Is.Empty);
        }
    }

    /// <summary>A table of 16 buckets has 9 bits for slots, one of 32 has 10; the 73rd addition doubles the first.</summary>
    [Test]
    public void Slots_that_outgrow_their_bits_are_found_with_all_others_whatever_is_being_moved(
        [Values(0, 1, 72, 73, 80, 100)] int before, [Values(512, 1_024, 1 << 20, int.MaxValue - 200)] int large)
    {
        using var index = new SlotIndex<SevenTimes>(default, capacityBits: 4);
        int[] slots = [.. Enumerable.Range(1, before), .. Enumerable.Range(large, 100), .. Enumerable.Range(before + 1, 300)];
        for (var count = 1; count <= slots.Length; count++)
        {
            index.Add((uint)slots[count - 1] * 7, slots[count - 1]);
            var missing = slots.Take(count).Where(slot => index.Find((uint)slot * 7, new Exactly(slot)) != slot);
            Assert.That(missing, Is.Empty, $"after {count} additions");
        }

        foreach (var slot in slots)
        {
            index.Remove((uint)slot * 7, slot);
        }

        Assert.That((index.Count, slots.Count(slot => index.Find((uint)slot * 7, new Exactly(slot)) != 0)), Is.EqualTo((0, 0)));
    }

    [TestCase(1, 9)]
    [TestCase(4, 72)]
    [TestCase(8, 1_152)]
    public void Slots_that_outgrow_their_bits_again_and_again_find_room(int capacityBits, int before)
    {
        using var index = new SlotIndex<Same>(default, capacityBits);
        var count = 0;
        for (; count < before; count++)
        {
            index.Add((uint)count + 1, count + 1);
        }

        // With each jump as many more as are moved until the next may come.
        for (var large = 1 << (capacityBits + 5); large < 1 << 29; large *= 4)
        {
            for (var i = 0; i <= 1 << (capacityBits - 1); i++, count++)
            {
                index.Add((uint)(large + i), large + i);
            }

            var first = large;
            var missing = Enumerable.Range(0, 1 + (1 << (capacityBits - 1))).Where(i => index.Find((uint)(first + i), new Exactly(first + i)) == 0);
            Assert.That(missing, Is.Empty, $"slots from {large} on");
        }

        Assert.That((index.Count, Enumerable.Range(1, before).Count(slot => index.Find((uint)slot, new Exactly(slot)) == slot)), Is.EqualTo((count, before)));
    }

    [Test]
    public void Slots_of_one_key_are_told_apart_by_who_looks()
    {
        using var index = new SlotIndex<Same>(default);
        foreach (var slot in (int[])[3, 1, 2])
        {
            index.Add(77, slot);
        }

        index.Remove(77, 1);

        Assert.That(Enumerable.Range(1, 4).Select(slot => index.Find(77, new Exactly(slot))), Is.EqualTo((int[])[0, 2, 3, 0]));
    }

    [Test]
    public void Removing_a_slot_that_is_not_there_breaks_an_invariant()
    {
        using var index = new SlotIndex<Same>(default);
        index.Add(5, 1);
        Assert.That(() => index.Remove(5, 2), Throws.TypeOf<InvariantBrokenException>());
    }

    public enum KeyShape
    {
        Ascending,
        Random,
        FewShared,

        /// <summary>Keys whose hashes share their high bits: full buckets, and entries far from home.</summary>
        OneHome,
    }

    private static uint NewKey(KeyShape shape, SplitMix64 random, ref uint next) => shape switch
    {
        KeyShape.Ascending => ++next,
        KeyShape.Random => (uint)random.Next(),
        KeyShape.FewShared => (uint)random.Between(1, 3_000),
        _ => (uint)(ModularInverse.Of(HashFactor) * (ulong)random.Between(1, 400)) << 2,
    };

    private readonly struct KeysOfModel(Dictionary<int, uint> model) : ISlotKeys
    {
        public uint KeyOf(int slot) => model[slot];
    }

    private readonly struct Same : ISlotKeys
    {
        public uint KeyOf(int slot) => (uint)slot;
    }

    private readonly struct SevenTimes : ISlotKeys
    {
        public uint KeyOf(int slot) => (uint)slot * 7;
    }

    private readonly struct Exactly(int slot) : ISlotMatch
    {
        public bool Is(int candidate) => candidate == slot;
    }
}
