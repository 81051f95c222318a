using Exchange.Matching.Events;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Ports;

/// <summary>
/// A fold of the durable records into something readable: the views of the modules. One thread at a time, in sequence:
/// the recovery first, then the publisher. Begin and end of a batch come from one thread. The symbol directory is fed before all others, which
/// look symbols up in it. An exception is a bug and stops the process.
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

    /// <summary>The batch is complete; what it changed becomes readable.</summary>
    void EndBatch();
}
