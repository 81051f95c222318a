using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class EventRingTests
{
    private const int ByteCount = 4_096;
    private const int SlotCount = 16;

    private static (EventRing Ring, Sequence Consumer) NewRing(long firstSequence = 1)
    {
        var ring = new EventRing(new EventRingOptions { ByteCount = ByteCount, SlotCount = SlotCount }, firstSequence);
        var consumer = new Sequence(firstSequence - 1);
        ring.AddGatingSequence(consumer);
        return (ring, consumer);
    }

    private static byte[] Write(EventRing ring, long sequence, int length, int replyToken = -1)
    {
        var bytes = Enumerable.Range(0, length).Select(index => (byte)(sequence + index)).ToArray();
        bytes.CopyTo(ring.Reserve(length));
        ring.Commit(sequence, length, replyToken);
        return bytes;
    }

    [TestCase(5_000, 16, "event ring of 5000 bytes: use a power of two from 4096 to 1073741824")]
    [TestCase(2_048, 16, "event ring of 2048 bytes: use a power of two from 4096 to 1073741824")]
    [TestCase(4_096, 17, "event ring of 17 slots: use a power of two from 16 to 16777216")]
    [TestCase(4_096, 8, "event ring of 8 slots: use a power of two from 16 to 16777216")]
    public void Invalid_options_are_refused_with_advice(int byteCount, int slotCount, string message) => Assert.That(
        () => new EventRing(new EventRingOptions { ByteCount = byteCount, SlotCount = slotCount }, 1),
        Throws.ArgumentException.With.Message.StartsWith(message));

    [Test]
    public void Early_laps_of_negative_length_are_refused_with_advice() => Assert.That(
        new EventRingOptions { EarlyLapByteCount = -1 }.Validate(), Is.EqualTo("event ring with early laps of -1 bytes: use 0 or more"));

    [Test]
    public void Default_is_32_MiB_and_131072_records()
    {
        var options = new EventRingOptions();
        Assert.That((options.ByteCount, options.SlotCount, options.Validate()), Is.EqualTo((33_554_432, 131_072, (string?)null)));
    }

    [Test]
    public void Committed_records_are_invisible_until_they_are_published_together()
    {
        var (ring, _) = NewRing(firstSequence: 1_000_001);
        var barrier = ring.NewBarrier();
        var first = Write(ring, 1_000_001, 100, replyToken: 7);
        var second = Write(ring, 1_000_002, 50, replyToken: 8);
        Assert.That((barrier.Available, ring.Published), Is.EqualTo((1_000_000L, 1_000_000L)));

        ring.Publish();
        Assert.That(barrier.WaitFor(1_000_001), Is.EqualTo(1_000_002));
        Assert.That(ring.Read(1_000_001).ToArray(), Is.EqualTo(first));
        Assert.That(ring.Read(1_000_002).ToArray(), Is.EqualTo(second));
        Assert.That((ring.ReplyToken(1_000_001), ring.ReplyToken(1_000_002)), Is.EqualTo((7, 8)));
    }

    [Test]
    public void A_rewound_reservation_leaves_no_trace()
    {
        var (ring, _) = NewRing();
        var kept = Write(ring, 1, 40);
        ring.Reserve(500).Fill(0xEE);
        ring.Rewind();
        var next = Write(ring, 2, 30);
        ring.Publish();

        var run = ring.ReadRun(1, 2, 1_000, out var lastRead);
        Assert.That((run.ToArray(), lastRead), Is.EqualTo((kept.Concat(next).ToArray(), 2L)));
    }

    [Test]
    public void A_commit_gives_back_what_the_record_does_not_need()
    {
        var (ring, _) = NewRing();
        ring.Reserve(2_000)[..3].Fill(1);
        ring.Commit(1, 3, -1);
        ring.Reserve(2_000)[..2].Fill(2);
        ring.Commit(2, 2, -1);
        Assert.That(ring.ReadRun(1, 2, 100, out _).ToArray(), Is.EqualTo(new byte[] { 1, 1, 1, 2, 2 }));
    }

    [Test]
    public void Records_of_one_reservation_stand_like_records_of_one_each()
    {
        var (ring, _) = NewRing(firstSequence: 7);
        ring.Reserve(1);
        ring.Rewind();
        var lastBegin = ring.ReserveMany(maxBytes: 500, count: 2);
        foreach (var (value, length) in ((byte, int)[])[(1, 3), (2, 500)])
        {
            Assert.That(ring.MayBegin(lastBegin), Is.True);
            MemoryMarshal.CreateSpan(ref ring.NextRecord, length).Fill(value);
            ring.CommitNext(length, replyToken: 40 + value);
        }

        Assert.That((ring.HasReservation, ring.NextSequence, ring.Published), Is.EqualTo((true, 9L, 6L)));
        ring.Rewind();
        var third = Write(ring, 9, 20);
        ring.Publish();

        Assert.That((ring.HasReservation, ring.Published, ring.ReplyToken(7), ring.ReplyToken(8)), Is.EqualTo((false, 9L, 41, 42)));
        byte[] expected = [.. Enumerable.Repeat((byte)1, 3), .. Enumerable.Repeat((byte)2, 500), .. third];
        Assert.That(ring.ReadRun(7, 9, 1_000, out var last).ToArray(), Is.EqualTo(expected));
        Assert.That(last, Is.EqualTo(9));
    }

    [TestCase(4_096, 1, 0, Description = "all of the memory")]
    [TestCase(1_000, 1, 3_096)]
    [TestCase(1_000, 16, 3_096, Description = "all of the slots")]
    [TestCase(1_000, 17, -1, Description = "a slot more than there are")]
    public void A_reservation_of_many_ends_where_bytes_or_slots_do(int maxBytes, int count, long lastBegin)
    {
        var (ring, _) = NewRing();
        ring.Reserve(1);
        ring.Rewind();
        Assert.That(ring.ReserveMany(maxBytes, count), Is.EqualTo(lastBegin));
        Assert.That(ring.MayBegin(lastBegin), Is.EqualTo(lastBegin >= 0));
    }

    [Test]
    public void A_reservation_of_many_never_waits_and_has_no_room_before_it_is_known()
    {
        var (ring, _) = NewRing();
        Assert.That(ring.MayBegin(ring.ReserveMany(maxBytes: 1, count: 1)), Is.False);
    }

    [Test]
    public void Misuse_by_the_producer_is_a_bug()
    {
        var (ring, consumer) = NewRing();
        Assert.That(() => ring.Reserve(0).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ring.Reserve(ring.MaxReservation + 1).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ring.Commit(1, 1, -1), Throws.TypeOf<ArgumentOutOfRangeException>(), "no reservation");

        ring.Reserve(100);
        Assert.That(() => ring.Reserve(1).Length, Throws.InvalidOperationException, "second reservation");
        Assert.That(() => ring.Commit(1, 101, -1), Throws.TypeOf<ArgumentOutOfRangeException>(), "too long");
        Assert.That(() => ring.Commit(1, 0, -1), Throws.TypeOf<ArgumentOutOfRangeException>(), "empty");
        Assert.That(() => ring.Commit(2, 100, -1), Throws.InvalidOperationException, "gap");

        ring.Commit(1, 100, -1);
        Assert.That(() => ring.Reserve(0).Length, Throws.TypeOf<ArgumentOutOfRangeException>(), "with room that is known");
        Assert.That((ring.Published, consumer.Value), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void A_ring_without_gating_sequence_refuses_to_overwrite_unread_records()
    {
        var ring = new EventRing(new EventRingOptions { ByteCount = ByteCount, SlotCount = SlotCount }, 1);
        Write(ring, 1, 2_000);
        Write(ring, 2, 2_000);
        Assert.That(() => ring.Reserve(2_000).Length, Throws.InvalidOperationException);
    }

    [Test]
    public void A_gating_sequence_that_stands_elsewhere_is_refused()
    {
        var (ring, _) = NewRing(firstSequence: 10);
        Assert.That(() => ring.AddGatingSequence(new Sequence(0)), Throws.ArgumentException);
    }

    [Test]
    public void A_record_that_does_not_fit_before_the_end_begins_at_the_start()
    {
        var (ring, consumer) = NewRing();
        Write(ring, 1, 2_000);
        var second = Write(ring, 2, 2_000);
        ring.Publish();
        ring.Advance(consumer, 1);
        var third = Write(ring, 3, 97);
        var fourth = Write(ring, 4, 100);
        ring.Publish();

        // 4,000 bytes are taken, 97 do not fit into the last 96: record 3 lies at the start, 4 behind it.
        var beforeEnd = ring.ReadRun(2, 4, 10_000, out var lastBeforeEnd);
        Assert.That((beforeEnd.ToArray(), lastBeforeEnd), Is.EqualTo((second, 2L)));
        var fromStart = ring.ReadRun(3, 4, 10_000, out var lastFromStart);
        Assert.That((fromStart.ToArray(), lastFromStart), Is.EqualTo((third.Concat(fourth).ToArray(), 4L)));
    }

    [Test]
    public void A_run_ends_at_the_end_of_the_memory_even_where_the_records_meet_it_exactly()
    {
        var (ring, consumer) = NewRing();
        Write(ring, 1, 2_048);
        var second = Write(ring, 2, 2_048);
        ring.Publish();
        ring.Advance(consumer, 1);
        var third = Write(ring, 3, 10);
        ring.Publish();

        Assert.That((ring.ReadRun(2, 3, 10_000, out var last).ToArray(), last), Is.EqualTo((second, 2L)));
        Assert.That((ring.ReadRun(3, 3, 10_000, out last).ToArray(), last), Is.EqualTo((third, 3L)));
    }

    [Test]
    public unsafe void A_lap_ends_early_where_nothing_is_unread_and_whoever_lags_then_still_has_the_whole_memory()
    {
        const int RecordLength = 1_000;
        const int MemoryLength = 4 << 20;
        var lap = new EventRingOptions().EarlyLapByteCount;
        var ring = new EventRing(new EventRingOptions { ByteCount = MemoryLength, SlotCount = 8_192 }, firstSequence: 1);
        var consumer = new Sequence(0);
        ring.AddGatingSequence(consumer);
        var sequence = 0L;
        var unread = new Dictionary<long, byte[]>();
        WriteAndRead();
        var start = AddressOf(1);
        Assert.That(Furthest(2_000, WriteAndRead), Is.InRange(lap - 2 * RecordLength, lap), "while it keeps up");

        // Everywhere in a lap, its end included: from here on it lags, as far as the memory goes. Who would have to wait for room gets none.
        ring.Alert();
        for (var ahead = 0; ahead <= lap / RecordLength + 1; ahead += 25)
        {
            Furthest(ahead, WriteAndRead);
            for (var i = 0; i < MemoryLength / RecordLength - 2; i++)
            {
                ring.EndLapEarly();
                unread.Add(++sequence, Write(ring, sequence, RecordLength));
            }

            Assert.That(unread.Where(record => !ring.Read(record.Key).SequenceEqual(record.Value)), Is.Empty, "what it has not read stands");
            unread.Clear();
            ring.Publish();
            ring.Advance(consumer, sequence);
        }

        WriteAndRead();
        Assert.That(Furthest(2_000, WriteAndRead), Is.InRange(lap - 2 * RecordLength, lap), "once it has caught up");

        void WriteAndRead()
        {
            ring.EndLapEarly();
            Write(ring, ++sequence, RecordLength);
            ring.Publish();
            ring.Advance(consumer, sequence);
        }

        // The furthest place of so many records, bytes behind the first one's.
        long Furthest(int count, Action write)
        {
            var furthest = 0L;
            for (var i = 0; i < count; i++)
            {
                write();
                furthest = Math.Max(furthest, AddressOf(sequence) - start);
            }

            return furthest;
        }

        // Safety: a ring's memory never moves.
        long AddressOf(long number) => (long)Unsafe.AsPointer(ref MemoryMarshal.GetReference(ring.Read(number)));
    }

    [TestCase(1, 1, Description = "always one record")]
    [TestCase(99, 1)]
    [TestCase(199, 1)]
    [TestCase(200, 2)]
    [TestCase(299, 2)]
    [TestCase(300, 3)]
    [TestCase(1_000, 3, Description = "not beyond the last one asked for")]
    public void A_run_stops_at_the_bytes_allowed(int maxBytes, int expectedLast)
    {
        var (ring, _) = NewRing();
        for (var sequence = 1; sequence <= 4; sequence++)
        {
            Write(ring, sequence, 100);
        }

        var run = ring.ReadRun(1, 3, maxBytes, out var lastRead);
        Assert.That((run.Length, lastRead), Is.EqualTo((expectedLast * 100, (long)expectedLast)));
    }

    [Test]
    public void A_producer_without_room_publishes_what_it_has_and_waits_for_the_slowest_consumer()
    {
        var (ring, journal) = NewRing();
        var publisher = new Sequence(0);
        ring.AddGatingSequence(publisher);
        var journalBarrier = ring.NewBarrier();
        var reserved = 0;
        var producer = ParallelRun.Start(() =>
        {
            Write(ring, 1, 2_000);
            Write(ring, 2, 2_000);
            reserved = ring.Reserve(1_000).Length;
        });

        // Nobody calls Publish: only the wait for room makes both visible.
        Assert.That(journalBarrier.WaitFor(2), Is.EqualTo(2));
        ring.Advance(journal, 2);
        Assert.That(producer.IsCompleted, Is.False);
        ring.Advance(publisher, 1);
        ParallelRun.Join(producer);
        Assert.That(reserved, Is.EqualTo(1_000));
    }

    [Test]
    public void A_producer_without_a_free_slot_waits()
    {
        var (ring, consumer) = NewRing();
        for (var sequence = 1; sequence <= SlotCount; sequence++)
        {
            Write(ring, sequence, 1);
        }

        var producer = ParallelRun.Start(() => Write(ring, SlotCount + 1, 1));
        Assert.That(ring.NewBarrier().WaitFor(SlotCount), Is.EqualTo(SlotCount));
        Assert.That(ring.Read(1).ToArray(), Is.EqualTo(new byte[] { 1 }), "the first slot is untouched");
        ring.Advance(consumer, 1);
        ParallelRun.Join(producer);
        ring.Publish();
        Assert.That(ring.Read(SlotCount + 1).ToArray(), Is.EqualTo(new byte[] { SlotCount + 1 }));
    }

    [Test]
    public void The_longest_reservation_is_granted_at_every_offset_of_an_empty_ring()
    {
        var (ring, consumer) = NewRing();
        for (var sequence = 1L; sequence <= 2 * ByteCount; sequence++)
        {
            Assert.That(ring.Reserve(ring.MaxReservation).Length, Is.EqualTo(ByteCount / 2));
            ring.Commit(sequence, 1, -1);
            ring.Publish();
            ring.Advance(consumer, sequence);
        }

        Assert.That(ring.Published, Is.EqualTo(2 * ByteCount));
    }

    [Test]
    public void Alert_ends_the_producers_wait_with_an_empty_reservation()
    {
        var (ring, consumer) = NewRing();
        Write(ring, 1, 2_000);
        Write(ring, 2, 2_000);
        var reserved = -1;
        var producer = ParallelRun.Start(() => reserved = ring.Reserve(2_000).Length);
        ring.NewBarrier().WaitFor(2);
        ring.Alert();
        ParallelRun.Join(producer);
        Assert.That(reserved, Is.Zero);

        ring.ClearAlert();
        ring.Advance(consumer, 2);
        Assert.That(ring.Reserve(2_000).Length, Is.EqualTo(2_000));
    }

    [Test]
    public void Alert_at_its_barrier_stops_a_consumer_that_has_read_everything()
    {
        var (ring, journal) = NewRing();
        var barrier = ring.NewBarrier(journal);
        Write(ring, 1, 10);
        ring.Publish();
        ring.Advance(journal, 1);
        var results = new List<long>();
        var consumer = ParallelRun.Start(() => results.AddRange([barrier.WaitFor(1), barrier.WaitFor(2)]));
        barrier.Alert();
        ParallelRun.Join(consumer);
        Assert.That(results, Is.EqualTo(new[] { 1, SequenceBarrier.Stopped }));
    }
}
