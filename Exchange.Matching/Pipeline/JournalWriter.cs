using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The journal thread: writes what the engine has published, as many records as are there, with one write and one checked sync per group;
/// then moves the durable sequence. A failed write or sync ends the thread, and with it the process: it is never retried.
/// </summary>
/// <param name="onSynced">Told how long each group's write and sync took, microseconds; null for nobody, and then no clock is read.</param>
internal sealed class JournalWriter(
    EventRing events, SequenceBarrier published, Sequence durable, JournalAppender appender, IClock clock, Action<long>? onSynced) : IPipelineStage
{
    private long _next = events.FirstSequence;

    /// <summary>Runs until the barrier is alerted and everything published is durable.</summary>
    /// <exception cref="StorageException">The storage failed; nothing behind the durable sequence was acknowledged.</exception>
    public void Run()
    {
        while (Take(published.WaitFor(_next)) != StageProgress.Ended)
        {
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StorageException">As <see cref="Run"/>.</exception>
    public StageProgress Step() => Take(published.Poll(_next));

    /// <summary>Makes everything up to <paramref name="available"/> durable, group by group.</summary>
    private StageProgress Take(long available)
    {
        if (available < _next)
        {
            return available == SequenceBarrier.Stopped ? StageProgress.Ended : StageProgress.Idle;
        }

        while (_next <= available)
        {
            _next = AppendGroup(_next, available);
            Planted.Acknowledge(PlantedBug.AcknowledgedBeforeSync, events, durable, _next - 1);
            var startedUs = onSynced is null ? 0 : clock.MonotonicUs;
            appender.Commit();
            events.Advance(durable, _next - 1);
            onSynced?.Invoke(clock.MonotonicUs - startedUs);
        }

        return StageProgress.Worked;
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
