using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>A clock that stands until a test moves it. Any thread.</summary>
internal sealed class ManualClock(long wallUs = 1_800_000_000_000_000) : IClock
{
    private long _elapsedUs;
    private long _wallOffsetUs;

    public long MonotonicUs => 77 + Volatile.Read(ref _elapsedUs);

    public long WallUs => wallUs + Volatile.Read(ref _elapsedUs) + Volatile.Read(ref _wallOffsetUs);

    public void Pass(long us) => Interlocked.Add(ref _elapsedUs, us);

    /// <summary>Sets the wall clock forward, or back; the monotonic clock does not notice.</summary>
    public void JumpWall(long us) => Interlocked.Add(ref _wallOffsetUs, us);
}
