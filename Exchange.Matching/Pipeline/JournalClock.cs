using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Journal time: what commands are stamped with. It goes on with the monotonic clock and is slewed toward the wall clock, so a jump of the
/// wall clock never shows in it, and it never falls.
/// The engine thread calls <see cref="Advance"/>, once per batch; any thread reads <see cref="NowUs"/>.
/// </summary>
public sealed class JournalClock
{
    /// <summary>Most microseconds of correction per second of monotonic time.</summary>
    public const long SlewPpmMax = 500;

    private const long Million = 1_000_000;

    private readonly IClock _clock;
    private long _nowUs;
    private long _monotonicUs;

    /// <summary>Correction earned but too small to apply yet, in millionths of a microsecond; below one microsecond.</summary>
    private long _slewRemainder;

    private int _version;

    /// <summary>
    /// Starts at the wall clock, or at <paramref name="lastTimeUs"/> where the wall clock lies behind it: then time runs slower until the
    /// wall clock has caught up. Why a start may jump forward: nothing was stamped while the process was away.
    /// </summary>
    /// <param name="clock">The machine's clocks.</param>
    /// <param name="lastTimeUs">Last journaled time, microseconds since 1970-01-01 UTC; 0 for a new journal.</param>
    public JournalClock(IClock clock, long lastTimeUs)
    {
        _clock = clock;
        LastJournaledUs = lastTimeUs;
        _monotonicUs = clock.MonotonicUs;
        _nowUs = Math.Max(clock.WallUs, lastTimeUs);
        Planted.Let(PlantedBug.ClockStartsAtTheWall, ref _nowUs, clock.WallUs);
    }

    /// <summary>The last time that was journaled when this clock was made; 0 for a new journal.</summary>
    public long LastJournaledUs { get; }

    /// <summary>Journal time now, microseconds since 1970-01-01 UTC: what <see cref="Advance"/> would return. Any thread.</summary>
    public long NowUs
    {
        get
        {
            // A sequence lock: the writer makes the version odd while it writes, so a reader that saw one even version saw one state.
            while (true)
            {
                var version = Volatile.Read(ref _version);
                var state = new State(Volatile.Read(ref _nowUs), Volatile.Read(ref _monotonicUs), Volatile.Read(ref _slewRemainder));
                Interlocked.MemoryBarrier();
                if ((version & 1) == 0 && Volatile.Read(ref _version) == version)
                {
                    return After(state).NowUs;
                }
            }
        }
    }

    /// <summary>Moves journal time up to now and returns it. The engine thread.</summary>
    public long Advance()
    {
        var next = After(new State(_nowUs, _monotonicUs, _slewRemainder));
        _version++;
        Interlocked.MemoryBarrier();
        _nowUs = next.NowUs;
        _monotonicUs = next.MonotonicUs;
        _slewRemainder = next.SlewRemainder;
        Volatile.Write(ref _version, _version + 1);
        return next.NowUs;
    }

    private State After(State last)
    {
        var monotonicUs = Math.Max(_clock.MonotonicUs, last.MonotonicUs);
        var elapsedUs = monotonicUs - last.MonotonicUs;
        var nowUs = last.NowUs + elapsedUs;

        // The correction is never more than what elapsed, so time does not fall: without elapsed time the remainder makes no whole microsecond.
        var (slewMaxUs, remainder) = Math.DivRem(elapsedUs * SlewPpmMax + last.SlewRemainder, Million);
        Planted.Let(PlantedBug.ClockFollowsTheWall, ref slewMaxUs, long.MaxValue);
        nowUs += Math.Clamp(_clock.WallUs - nowUs, -slewMaxUs, slewMaxUs);
        return new State(nowUs, monotonicUs, remainder);
    }

    private readonly record struct State(long NowUs, long MonotonicUs, long SlewRemainder);
}
