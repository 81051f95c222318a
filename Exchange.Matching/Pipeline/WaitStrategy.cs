using System.Runtime.CompilerServices;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Lets threads wait for something that others publish. One instance per thing waited for; any number of waiting and
/// signalling threads.
///
/// No wake-up is ever missed, because both sides write first, then fence, then read:
/// <code>
///   publishing thread                      waiting thread (blocking)
///   1  publish (release write)             1  lock, blocked count + 1
///   2  full fence                          2  full fence
///   3  read the blocked count              3  read the condition
///   4  not 0: lock, pulse all              4  not met: sleep, which releases the lock
/// </code>
/// If the publisher reads 0, its fence came before the waiter's, so the waiter's read sees what was published. Otherwise the
/// publisher takes the lock: either before the waiter has it, who then sees what was published, or once the waiter sleeps, who
/// then gets the pulse. While nobody is blocked a publisher pays the fence and one read; the spinning kinds pay neither.
/// </summary>
public sealed class WaitStrategy
{
    /// <summary>
    /// Spins before blocking where three processors or fewer are shared: about 4 us. Why: the thread waited for may need this
    /// very processor.
    /// </summary>
    public const int ShortSpinCount = 100;

    /// <summary>Spins before blocking on more processors: about 75 us, twice what a wake-up costs.</summary>
    public const int LongSpinCount = 2_000;

    private const int FewProcessors = 3;

    // Why: a bounded wait of a spinning kind must end without a clock; this is about 0.4 ms.
    private const int BoundedSpinCount = 10_000;

    private readonly object _gate = new();

    // Threads that sleep or are about to; written under the lock, read by every publish.
    private readonly Sequence _blockedCount = new(0);

    private readonly bool _blocks;

    internal WaitStrategy(WaitStrategyKind kind, int spinCount)
    {
        Kind = kind;
        SpinCount = spinCount;
        _blocks = kind == WaitStrategyKind.SpinThenBlock;
    }

    /// <summary>Never <see cref="WaitStrategyKind.Automatic"/>.</summary>
    public WaitStrategyKind Kind { get; }

    /// <summary>Looks at the condition, one pause of the processor each, before the thread yields or blocks.</summary>
    public int SpinCount { get; }

    /// <summary>Returns a strategy of <paramref name="kind"/>, tuned to the processors that the process may use.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An unknown kind.</exception>
    public static WaitStrategy Create(WaitStrategyKind kind, int processorCount)
    {
        if (kind is < WaitStrategyKind.Automatic or > WaitStrategyKind.SpinThenBlock)
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "use Automatic, BusySpin, Yield or SpinThenBlock");
        }

        var spinCount = kind == WaitStrategyKind.Yield || processorCount <= FewProcessors ? ShortSpinCount : LongSpinCount;
        return new WaitStrategy(kind == WaitStrategyKind.Automatic ? WaitStrategyKind.SpinThenBlock : kind, spinCount);
    }

    /// <summary>
    /// Wakes every thread that is blocked, to look at its condition again. Any thread may call it, after what it published, once
    /// per batch.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SignalAll()
    {
        if (!_blocks)
        {
            return;
        }

        // Why: a release write may still be in this processor's store buffer when the count is read; see the type's comment.
        Interlocked.MemoryBarrier();
        if (_blockedCount.Value != 0)
        {
            PulseAll();
        }
    }

    /// <summary>
    /// Waits until the condition is met or alerted; what is met counts before an alert.
    /// With <paramref name="maxBlockMs"/> (at least 1; <see cref="Timeout.Infinite"/> has no end) it may return
    /// <see cref="WaitOutcome.Idle"/>, after that many milliseconds or earlier; the spinning kinds return so after about 0.4 ms.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal WaitOutcome Wait<TCondition>(in TCondition condition, int maxBlockMs)
        where TCondition : struct, IWaitCondition
    {
        for (var spin = 0; spin < SpinCount; spin++)
        {
            if (Ended(condition, out var outcome))
            {
                return outcome;
            }

            Thread.SpinWait(1);
        }

        return _blocks ? Block(condition, maxBlockMs) : Spin(condition, maxBlockMs);
    }

    private static bool Ended<TCondition>(in TCondition condition, out WaitOutcome outcome)
        where TCondition : struct, IWaitCondition
    {
        // Why this order: whoever raises an alert has published before, and nothing published may be left behind.
        var alerted = condition.IsAlerted;
        outcome = condition.IsMet ? WaitOutcome.Met : alerted ? WaitOutcome.Alerted : WaitOutcome.Idle;
        return outcome != WaitOutcome.Idle;
    }

    private WaitOutcome Spin<TCondition>(in TCondition condition, int maxBlockMs)
        where TCondition : struct, IWaitCondition
    {
        for (var spinsLeft = BoundedSpinCount; spinsLeft > 0; spinsLeft -= maxBlockMs == Timeout.Infinite ? 0 : 1)
        {
            if (Ended(condition, out var outcome))
            {
                return outcome;
            }

            if (Kind == WaitStrategyKind.Yield)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(1);
            }
        }

        return WaitOutcome.Idle;
    }

    private WaitOutcome Block<TCondition>(in TCondition condition, int maxBlockMs)
        where TCondition : struct, IWaitCondition
    {
        lock (_gate)
        {
            _blockedCount.Value++;
            Interlocked.MemoryBarrier();
            try
            {
                WaitOutcome outcome;
                var timeLeft = true;
                while (!Ended(condition, out outcome) && timeLeft)
                {
                    // Why: a pulse meant for another thread may end a bounded sleep early; that is one idle turn too.
                    timeLeft = maxBlockMs == Timeout.Infinite;
                    Monitor.Wait(_gate, maxBlockMs);
                }

                return outcome;
            }
            finally
            {
                _blockedCount.Value--;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PulseAll()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }
}
