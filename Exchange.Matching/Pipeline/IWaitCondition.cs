namespace Exchange.Matching.Pipeline;

/// <summary>
/// What a thread waits for. Implemented by structs, so that the look inside the waiting loop is inlined.
/// Both members are called by the waiting thread alone, also under the strategy's lock: they look, and neither wait nor signal.
/// </summary>
internal interface IWaitCondition
{
    /// <summary>Whether the wait is over; reads with acquire semantics.</summary>
    bool IsMet { get; }

    /// <summary>Whether the wait is to be given up; reads with acquire semantics.</summary>
    bool IsAlerted { get; }
}

/// <summary>How a wait ended.</summary>
internal enum WaitOutcome
{
    Met,

    /// <summary>Not met after one bounded turn.</summary>
    Idle,

    /// <summary>Not met, and an alert was raised.</summary>
    Alerted,
}
