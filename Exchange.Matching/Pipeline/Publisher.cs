using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The publisher thread: takes records that are durable, and only those, first into every view, then to the callers who wait.
/// So an answer is never ahead of the disk, and a query made after an answer never behind it.
/// </summary>
internal sealed class Publisher(
    EventRing events, SequenceBarrier durable, Sequence published, IReadOnlyList<IRecordConsumer> consumers, ReplyTable replies)
{
    /// <summary>Most records between two openings of the views for readers.</summary>
    private const int BatchRecordCount = 512;

    private readonly IRecordConsumer[] _consumers = [.. consumers];

    /// <summary>Runs until the barrier is alerted and everything durable is published.</summary>
    public void Run()
    {
        for (var next = events.FirstSequence; ;)
        {
            var available = durable.WaitFor(next);
            if (available == SequenceBarrier.Stopped)
            {
                return;
            }

            while (next <= available)
            {
                var last = Math.Min(available, next + BatchRecordCount - 1);
                UpdateViews(next, last);
                Answer(next, last);
                events.Advance(published, last);
                next = last + 1;
            }
        }
    }

    private void UpdateViews(long first, long last)
    {
        foreach (var consumer in _consumers)
        {
            consumer.BeginBatch();
        }

        for (var sequence = first; sequence <= last; sequence++)
        {
            var record = new Record(events.Read(sequence));
            var token = events.ReplyToken(sequence);
            foreach (var consumer in _consumers)
            {
                consumer.Apply(in record, token);
            }

            if (token != CommandSlot.NoReply)
            {
                replies.Append(token, in record);
            }
        }

        foreach (var consumer in _consumers)
        {
            consumer.EndBatch();
        }
    }

    private void Answer(long first, long last)
    {
        for (var sequence = first; sequence <= last; sequence++)
        {
            var token = events.ReplyToken(sequence);
            if (token != CommandSlot.NoReply && (new Record(events.Read(sequence)).Header.Flags & RecordFlags.Continues) == 0)
            {
                replies.Complete(token);
            }
        }
    }
}
