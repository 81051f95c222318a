using Exchange.Matching.Ports;

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

    /// <summary>
    /// Starts at the wall clock, or at <paramref name="lastTimeUs"/> where the wall clock lies behind it: then time runs slower until the
    /// wall clock has caught up. Why a start may jump forward: nothing was stamped while the process was away.
    /// </summary>
    /// <param name="clock">The machine's clocks.</param>
    /// <param name="lastTimeUs">Last journaled time, microseconds since 1970-01-01 UTC; 0 for a new journal.</param>
    public JournalClock(IClock clock, long lastTimeUs)
    {
        _clock = clock;
        _monotonicUs = clock.MonotonicUs;
        _nowUs = Math.Max(clock.WallUs, lastTimeUs);
    }

    /// <summary>Journal time as last advanced, microseconds since 1970-01-01 UTC.</summary>
    public long NowUs => Volatile.Read(ref _nowUs);

    /// <summary>Moves journal time up to now and returns it.</summary>
    public long Advance()
    {
        var monotonicUs = _clock.MonotonicUs;
        var elapsedUs = Math.Max(0, monotonicUs - _monotonicUs);
        _monotonicUs = Math.Max(monotonicUs, _monotonicUs);

        var nowUs = _nowUs + elapsedUs;
        var (slewMaxUs, remainder) = Math.DivRem(elapsedUs * SlewPpmMax + _slewRemainder, Million);
        _slewRemainder = remainder;

        // The correction is never more than what elapsed, so time does not fall: without elapsed time the remainder makes no whole microsecond.
        nowUs += Math.Clamp(_clock.WallUs - nowUs, -slewMaxUs, slewMaxUs);
        Volatile.Write(ref _nowUs, nowUs);
        return nowUs;
    }
}
