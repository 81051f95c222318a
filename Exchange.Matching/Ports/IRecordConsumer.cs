using Exchange.Matching.Events;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Ports;

/// <summary>
/// A fold of the durable records into something readable: the views of the modules. One thread at a time, in sequence:
/// the recovery first, then the publisher. Begin and end of a batch come from one thread. The symbol directory is fed before all others, which
/// look symbols up in it; so it may be ahead of them by the rest of a batch. An exception is a bug and stops the process.
/// A snapshot carries what the fold has become (<see cref="ISnapshotState"/>; the name of its type marks its part), so that a recovery need
/// not begin at the first record; a consumer that keeps nothing saves a version alone. Saved and loaded between batches, without its lock.
/// </summary>
public interface IRecordConsumer : ISnapshotState
{
    /// <summary>Some records follow; views take their lock here, once for all of them.</summary>
    void BeginBatch();

    /// <param name="record">Valid during the call only.</param>
    /// <param name="replyToken">Who waits for this command (`CommandSlot.ReplyToken`), or `CommandSlot.NoReply`. All records of a continued
    /// command carry the same one.</param>
    void Apply(in Record record, int replyToken);

    /// <summary>Applies the records of a run, one after another; who overrides it can look ahead. A consumer has the whole run before the next one has any.</summary>
    void Apply(in RecordRun run)
    {
        for (var i = 0; i < run.Count; i++)
        {
            var record = run[i];
            Apply(in record, run.ReplyToken(i));
        }
    }

    /// <summary>The batch is complete; what it changed becomes readable.</summary>
    void EndBatch();
}
