using Exchange.Matching.Journal;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The journal thread: writes what the engine has published, as many records as are there, with one write and one checked sync per group;
/// then moves the durable sequence. A failed write or sync ends the thread, and with it the process: it is never retried.
/// </summary>
internal sealed class JournalWriter(EventRing events, SequenceBarrier published, Sequence durable, JournalAppender appender)
{
    /// <summary>Runs until the barrier is alerted and everything published is durable.</summary>
    /// <exception cref="StorageException">The storage failed; nothing behind the durable sequence was acknowledged.</exception>
    public void Run()
    {
        for (var next = events.FirstSequence; ;)
        {
            var available = published.WaitFor(next);
            if (available == SequenceBarrier.Stopped)
            {
                return;
            }

            while (next <= available)
            {
                next = AppendGroup(next, available);
                appender.Commit();
                events.Advance(durable, next - 1);
            }
        }
    }

    /// <summary>Fills one group; returns the sequence behind it.</summary>
    private long AppendGroup(long next, long available)
    {
        var first = next;
        while (next <= available)
        {
            var run = events.ReadRun(next, available, appender.FreeBytes, out var last);
            if (run.Length > appender.FreeBytes && next > first)
            {
                break;
            }

            appender.Append(run);
            next = last + 1;
        }

        return next;
    }
}
