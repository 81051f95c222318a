namespace Exchange.Tests.Support;

/// <summary>A clock that stands, and leaps to the end of whatever is waited for: waits take no time and are seen in <see cref="Now"/>. One thread.</summary>
internal sealed class LeapingClock : TimeProvider
{
    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            Now += dueTime;
        }

        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
