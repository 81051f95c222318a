using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class CommandRingTests
{
    private static CommandRing Ring(int slotCount = 128, int reserveDivisor = 8) =>
        new(new CommandRingOptions { SlotCount = slotCount, ReserveDivisor = reserveDivisor });

    [TestCase(100, 8, "command ring of 100 slots: use a power of two from 64 to 4194304")]
    [TestCase(32, 0, "command ring of 32 slots: use a power of two from 64 to 4194304")]
    [TestCase(1 << 23, 8, "command ring of 8388608 slots: use a power of two from 64 to 4194304")]
    [TestCase(128, 1, "command ring with reserve divisor 1: use 0 for no reserve, or at least 2")]
    [TestCase(64, 8, "command ring of 64 slots, 8 of them reserved: leave at least 64 to normal claims")]
    public void Invalid_options_are_refused_with_advice(int slotCount, int reserveDivisor, string message) =>
        Assert.That(() => Ring(slotCount, reserveDivisor), Throws.ArgumentException.With.Message.StartsWith(message));

    [Test]
    public void Default_is_16384_slots_with_an_eighth_reserved()
    {
        var options = new CommandRingOptions();
        Assert.That((options.SlotCount, options.ReservedSlotCount, options.Validate()), Is.EqualTo((16_384, 2_048, (string?)null)));
    }

    [Test]
    public unsafe void Slots_are_aligned_to_cache_lines_and_lie_128_bytes_apart()
    {
        var ring = Ring();

        // Safety: the slots are pinned, so their addresses may be compared.
        var first = (nint)Unsafe.AsPointer(ref ring[0]);
        var second = (nint)Unsafe.AsPointer(ref ring[1]);
        Assert.That((first % 64, second - first), Is.EqualTo(((nint)0, (nint)128)));
    }

    [Test]
    public void Normal_claims_leave_the_reserve_and_reserved_claims_use_it()
    {
        var ring = Ring();
        var normal = 0;
        while (ring.TryClaim(1, out _))
        {
            normal++;
        }

        var reserved = 0;
        while (ring.TryClaim(1, ClaimClass.Reserved, out _))
        {
            reserved++;
        }

        Assert.That((normal, reserved, ring.Occupied), Is.EqualTo((112, 16, 128)));
    }

    [Test]
    public void A_full_ring_refuses_until_slots_are_released()
    {
        var ring = Ring(reserveDivisor: 0);
        Assert.That(ring.TryClaim(64, out _) && ring.TryClaim(64, out _), Is.True);
        Assert.That((ring.TryClaim(1, out var refused), refused), Is.EqualTo((false, -1L)));

        ring.Release(1);
        Assert.That(ring.TryClaim(3, out _), Is.False);
        Assert.That((ring.TryClaim(2, out var first), first, ring.Occupied), Is.EqualTo((true, 128L, 128)));
    }

    [Test]
    public void A_refused_claim_takes_nothing()
    {
        var ring = Ring();
        ring.TryClaim(64, out _);
        Assert.That((ring.TryClaim(49, out _), ring.Occupied), Is.EqualTo((false, 64)));
        Assert.That((ring.TryClaim(48, out var first), first), Is.EqualTo((true, 64L)));
    }

    [TestCase(0)]
    [TestCase(65)]
    public void A_claim_of_an_impossible_size_is_a_bug(int slotCount) =>
        Assert.That(() => Ring().TryClaim(slotCount, out _), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_consumer_stops_before_the_first_unpublished_sequence()
    {
        var ring = Ring();
        ring.TryClaim(2, out var first);
        ring.TryClaim(1, out var second);
        ring.TryClaim(1, out var third);

        ring.Publish(third, 1);
        Assert.That(ring.WaitFor(0, maxBlockMs: 1), Is.EqualTo(-1));
        ring.Publish(first, 2);
        Assert.That(ring.WaitFor(0), Is.EqualTo(1));
        ring.Publish(second, 1);
        Assert.That((ring.WaitFor(0), ring.WaitFor(2)), Is.EqualTo((3L, 3L)));
    }

    [Test]
    public void Sequences_of_an_earlier_lap_do_not_pass_as_published()
    {
        var ring = Ring();
        for (var lap = 0; lap < 5; lap++)
        {
            for (var slot = 0; slot < 128; slot++)
            {
                var sequence = (lap * 128L) + slot;
                if (slot is 0 or 64 or 127)
                {
                    Assert.That(ring.WaitFor(sequence, maxBlockMs: 1), Is.EqualTo(sequence - 1));
                }

                Assert.That((ring.TryClaim(1, out var claimed), claimed), Is.EqualTo((true, sequence)));
                ring[sequence].Price = sequence;
                ring.Publish(sequence, 1);
                Assert.That((ring.WaitFor(sequence), ring[sequence].Price), Is.EqualTo((sequence, sequence)));
                ring.Release(sequence);
            }
        }

        Assert.That(ring.Occupied, Is.Zero);
    }

    [Test]
    public void Alert_ends_the_wait_only_after_everything_published()
    {
        var ring = Ring();
        ring.TryClaim(1, out var first);
        ring.Publish(first, 1);
        var waiter = ParallelRun.Start(() => Assert.That(ring.WaitFor(1), Is.EqualTo(SequenceBarrier.Stopped)));
        ring.Alert();
        ParallelRun.Join(waiter);
        Assert.That((ring.WaitFor(0), ring.WaitFor(1)), Is.EqualTo((0L, SequenceBarrier.Stopped)));

        ring.ClearAlert();
        Assert.That(ring.WaitFor(1, maxBlockMs: 1), Is.Zero);
    }

    [TestCase(0, 1)]
    [TestCase(120, 1)]
    [TestCase(121, 2)]
    [TestCase(248, 2)]
    [TestCase(249, 3)]
    [TestCase(8_184, 64)]
    public void A_payload_takes_120_bytes_in_its_first_slot_and_128_in_each_further(int length, int slotCount) =>
        Assert.That(CommandRing.SlotCountFor(length), Is.EqualTo(slotCount));

    [TestCase(-1)]
    [TestCase(8_185)]
    public void A_payload_beyond_64_slots_is_a_bug(int length) =>
        Assert.That(() => CommandRing.SlotCountFor(length), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(0)]
    [TestCase(120)]
    [TestCase(121)]
    [TestCase(1_000)]
    [TestCase(8_184)]
    public void A_payload_reads_back_equal_from_every_place_in_the_ring(int length)
    {
        var ring = Ring();
        var random = new Random(length);
        var written = new byte[length];
        var read = new byte[length];
        var slotCount = CommandRing.SlotCountFor(length);
        for (var round = 0; round < 300; round++)
        {
            random.NextBytes(written);
            Assert.That(ring.TryClaim(slotCount, out var first), Is.True);
            ring[first].Type = CommandType.AddSymbol;
            ring[first].ReplyToken = round;
            ring.WritePayload(first, written);
            ring.Publish(first, slotCount);

            var last = ring.WaitFor(first);
            var header = (ring[first].Type, ring[first].SlotCount, ring[first].PayloadLength, ring[first].ReplyToken);
            Assert.That(header, Is.EqualTo((CommandType.AddSymbol, (byte)slotCount, (ushort)length, round)));
            Assert.That((ring.ReadPayload(first, read), last), Is.EqualTo((length, first + slotCount - 1)));
            Assert.That(read.AsSpan().SequenceEqual(written), Is.True, $"payload at {first}");
            ring.Release(last);

            // Moves the next payload one slot on, so that the end of the ring falls at each of its slots.
            Assert.That((ring.TryClaim(1, out var spacer), spacer), Is.EqualTo((true, last + 1)));
            ring.Publish(spacer, 1);
            ring.Release(spacer);
        }
    }

    [Test]
    public void A_payload_wraps_into_the_first_slots_without_touching_others()
    {
        var ring = Ring();
        for (var sequence = 0; sequence < 127; sequence++)
        {
            ring.TryClaim(1, ClaimClass.Reserved, out _);
            ring[sequence].Quantity = sequence;
        }

        ring.Release(1);
        Assert.That((ring.TryClaim(3, ClaimClass.Reserved, out var first), first), Is.EqualTo((true, 127L)));
        var payload = Enumerable.Range(1, 120 + 128 + 128).Select(value => (byte)value).ToArray();
        ring.WritePayload(first, payload);

        var read = new byte[payload.Length];
        ring.ReadPayload(first, read);
        Assert.That(read, Is.EqualTo(payload));
        Assert.That((ring[2].Quantity, ring[126].Quantity), Is.EqualTo((2L, 126L)));
    }

    [Test]
    public void Reading_a_payload_refuses_short_destinations_and_contradicting_headers()
    {
        var ring = Ring();
        ring.TryClaim(2, out var first);
        ring.WritePayload(first, new byte[200]);
        Assert.That(() => ring.ReadPayload(first, new byte[199]), Throws.TypeOf<ArgumentOutOfRangeException>());
        ring[first].SlotCount = 1;
        Assert.That(() => ring.ReadPayload(first, new byte[200]), Throws.InvalidOperationException);
    }
}
