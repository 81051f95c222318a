namespace Exchange.Matching.Pipeline;

/// <summary>What a thread does while the sequence it needs is not there yet.</summary>
public enum WaitStrategyKind
{
    /// <summary><see cref="SpinThenBlock"/>, with a short spin on up to three processors and a longer one on more.</summary>
    Automatic = 0,

    /// <summary>Never leaves the processor: the shortest latency, and only sensible where the thread has a core of its own.</summary>
    BusySpin = 1,

    /// <summary>Spins briefly, then gives the processor away between looks; an idle thread still uses a whole core.</summary>
    Yield = 2,

    /// <summary>Spins for a bounded time, then sleeps until it is woken; an idle thread uses nothing.</summary>
    SpinThenBlock = 3,
}
