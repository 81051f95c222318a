using System.Runtime.CompilerServices;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// What one consumer waits at: lets it through up to a sequence that another thread has published or passed.
/// The waiting members belong to one thread; <see cref="Alert"/> and <see cref="ClearAlert"/> may be called by any.
/// </summary>
public sealed class SequenceBarrier
{
    /// <summary>
    /// Returned by a wait that an alert ended: less than every sequence. It is returned only when nothing is left that could
    /// have been handed out instead, so a consumer that stops at it has consumed everything.
    /// </summary>
    public const long Stopped = long.MinValue;

    private readonly Sequence _source;
    private readonly WaitStrategy _strategy;
    private bool _alerted;

    internal SequenceBarrier(Sequence source, WaitStrategy strategy)
    {
        _source = source;
        _strategy = strategy;
    }

    /// <summary>Highest sequence that may be consumed now; never waits.</summary>
    public long Available => _source.Value;

    public bool IsAlerted => Volatile.Read(ref _alerted);

    /// <summary>
    /// Waits until <paramref name="sequence"/> may be consumed; returns the highest sequence that may, or <see cref="Stopped"/>.
    /// With <paramref name="maxBlockMs"/> (at least 1) it may also return a lower sequence than asked for, after that many
    /// milliseconds or earlier: the consumer's turn to look at its other duties.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long WaitFor(long sequence, int maxBlockMs = Timeout.Infinite)
    {
        var available = _source.Value;
        return available >= sequence ? available : Wait(sequence, maxBlockMs);
    }

    /// <summary>As <see cref="WaitFor"/>, without a wait: a lower sequence than asked for when there is nothing to consume yet.</summary>
    public long Poll(long sequence)
    {
        // Why this order: whoever raises an alert has published before.
        var isAlerted = IsAlerted;
        var available = _source.Value;
        return available < sequence && isAlerted ? Stopped : available;
    }

    /// <summary>Ends the present wait and all later ones that would have to wait, until <see cref="ClearAlert"/>.</summary>
    public void Alert()
    {
        Volatile.Write(ref _alerted, true);
        _strategy.SignalAll();
    }

    public void ClearAlert() => Volatile.Write(ref _alerted, false);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long Wait(long sequence, int maxBlockMs) =>
        _strategy.Wait(new Reached(this, sequence), maxBlockMs) == WaitOutcome.Alerted ? Stopped : _source.Value;

    private readonly struct Reached(SequenceBarrier barrier, long sequence) : IWaitCondition
    {
        public bool IsMet => barrier._source.Value >= sequence;

        public bool IsAlerted => barrier.IsAlerted;
    }
}
