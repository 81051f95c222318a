using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class EventRingConcurrencyTests
{
    private const int Records = 200_000;
    private const int MaxLength = 700;
    private const long FirstSequence = 5_000_000_000;
    private const long LastSequence = FirstSequence + Records - 1;

    // What all threads agree on without talking: the length and the bytes of each record follow from its sequence.
    private static int LengthOf(long sequence) => 1 + (int)((ulong)(sequence * 0x5851F42D4C957F2D) % MaxLength);

    private static int TokenOf(long sequence) => (int)(sequence * 31);

    private static readonly byte[] Pattern = NewPattern();

    private static ReadOnlySpan<byte> BytesOf(long sequence) => Pattern.AsSpan((int)(sequence % 4_093), LengthOf(sequence));

    private static byte[] NewPattern()
    {
        var pattern = new byte[4_093 + MaxLength];
        new Random(4711).NextBytes(pattern);
        return pattern;
    }

    [TestCase(WaitStrategyKind.SpinThenBlock, 65_536, 1_024, Description = "bytes run out first")]
    [TestCase(WaitStrategyKind.SpinThenBlock, 1_048_576, 64, Description = "slots run out first")]
    [TestCase(WaitStrategyKind.Yield, 65_536, 1_024)]
    public void Two_consumers_one_behind_the_other_read_exactly_what_was_written(WaitStrategyKind kind, int byteCount, int slotCount)
    {
        // Early laps of any length: none of the consumers is to notice.
        var options = new EventRingOptions { ByteCount = byteCount, SlotCount = slotCount, WaitStrategy = kind, EarlyLapByteCount = 1 };
        var ring = new EventRing(options, FirstSequence);
        var journal = new Sequence(FirstSequence - 1);
        var publisher = new Sequence(FirstSequence - 1);
        ring.AddGatingSequence(journal);
        ring.AddGatingSequence(publisher);
        var journalBarrier = ring.NewBarrier();
        var publisherBarrier = ring.NewBarrier(journal);
        var read = (Journal: 0L, Publisher: 0L);
        var wrong = (Journal: 0, Publisher: 0);

        ParallelRun.All(
            () =>
            {
                Produce(ring);
                journalBarrier.Alert();
            },
            () =>
            {
                read.Journal = ReadRuns(ring, journalBarrier, journal, ref wrong.Journal);
                publisherBarrier.Alert();
            },
            () => read.Publisher = ReadRecords(ring, publisherBarrier, publisher, journal, ref wrong.Publisher));

        Assert.That(wrong, Is.EqualTo((0, 0)));
        Assert.That(read, Is.EqualTo(((long)Records, (long)Records)));
        Assert.That((ring.Published, journal.Value, publisher.Value), Is.EqualTo((LastSequence, LastSequence, LastSequence)));
    }

    private static void Produce(EventRing ring)
    {
        for (var sequence = FirstSequence; sequence <= LastSequence; sequence++)
        {
            ring.EndLapEarly();
            var reserved = ring.Reserve(MaxLength);
            if (sequence % 5 == 0)
            {
                reserved.Fill(0xEE);
                ring.Rewind();
                reserved = ring.Reserve(MaxLength);
            }

            var bytes = BytesOf(sequence);
            bytes.CopyTo(reserved);
            ring.Commit(sequence, bytes.Length, TokenOf(sequence));
            if (sequence % 7 == 0)
            {
                ring.Publish();
            }
        }

        ring.Publish();
    }

    /// <summary>Reads as the journal does, in runs; returns the records read.</summary>
    private static long ReadRuns(EventRing ring, SequenceBarrier barrier, Sequence own, ref int wrong)
    {
        var next = FirstSequence;
        long available;
        while ((available = barrier.WaitFor(next)) != SequenceBarrier.Stopped)
        {
            while (next <= available)
            {
                var run = ring.ReadRun(next, available, 10_000, out var lastRead);
                for (; next <= lastRead; next++)
                {
                    var length = LengthOf(next);
                    wrong += run.Length >= length && run[..length].SequenceEqual(BytesOf(next)) ? 0 : 1;
                    run = run[Math.Min(length, run.Length)..];
                }

                wrong += run.IsEmpty ? 0 : 1;
            }

            ring.Advance(own, available);
        }

        return next - FirstSequence;
    }

    /// <summary>Reads as the publisher does, record by record; returns the records read.</summary>
    private static long ReadRecords(EventRing ring, SequenceBarrier barrier, Sequence own, Sequence ahead, ref int wrong)
    {
        var next = FirstSequence;
        long available;
        while ((available = barrier.WaitFor(next)) != SequenceBarrier.Stopped)
        {
            wrong += available <= ahead.Value ? 0 : 1;
            for (; next <= available; next++)
            {
                wrong += ring.Read(next).SequenceEqual(BytesOf(next)) && ring.ReplyToken(next) == TokenOf(next) ? 0 : 1;
            }

            ring.Advance(own, available);
        }

        return next - FirstSequence;
    }
}
