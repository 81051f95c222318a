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
    : IPipelineStage
{
    /// <summary>Most records between two openings of the views for readers.</summary>
    private const int BatchRecordCount = 512;

    private readonly IRecordConsumer[] _consumers = [.. consumers];
    private readonly int[] _starts = new int[BatchRecordCount];
    private readonly int[] _replyTokens = new int[BatchRecordCount];
    private long _next = events.FirstSequence;

    /// <summary>Runs until the barrier is alerted and everything durable is published.</summary>
    public void Run()
    {
        while (Take(durable.WaitFor(_next)) != StageProgress.Ended)
        {
        }
    }

    public StageProgress Step() => Take(durable.Poll(_next));

    /// <summary>Publishes everything up to <paramref name="available"/>, batch by batch.</summary>
    private StageProgress Take(long available)
    {
        if (available < _next)
        {
            return available == SequenceBarrier.Stopped ? StageProgress.Ended : StageProgress.Idle;
        }

        while (_next <= available)
        {
            var last = Math.Min(available, _next + BatchRecordCount - 1);
            var run = events.ReadRun(_next, last, _starts, _replyTokens);
            UpdateViews(in run);
            Answer(in run);
            events.Advance(published, last);
            _next = last + 1;
        }

        return StageProgress.Worked;
    }

    private void UpdateViews(in RecordRun run)
    {
        foreach (var consumer in _consumers)
        {
            consumer.BeginBatch();
        }

        foreach (var consumer in _consumers)
        {
            consumer.Apply(in run);
        }

        foreach (var consumer in _consumers)
        {
            consumer.EndBatch();
        }
    }

    private void Answer(in RecordRun run)
    {
        for (var i = 0; i < run.Count; i++)
        {
            var token = run.ReplyToken(i);
            if (token == CommandSlot.NoReply)
            {
                continue;
            }

            var record = run[i];
            replies.Append(token, in record);
            if ((record.Header.Flags & RecordFlags.Continues) == 0)
            {
                replies.Complete(token);
            }
        }
    }
}
