namespace Exchange.Matching.Ports;

/// <summary>The only source of time; the engine thread reads it once per batch. Any thread may call it.</summary>
public interface IClock
{
    /// <summary>Microseconds of a clock that never goes back and never jumps; its zero is arbitrary.</summary>
    long MonotonicUs { get; }

    /// <summary>Microseconds since 1970-01-01 UTC; may jump either way.</summary>
    long WallUs { get; }
}
