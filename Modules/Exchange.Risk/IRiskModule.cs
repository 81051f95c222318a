using Exchange.Matching.Ports;

namespace Exchange.Risk;

/// <summary>The risk module's door: checks for the engine thread, order counts for any thread.</summary>
public interface IRiskModule
{
    /// <summary>Filters and limits, for the engine thread alone.</summary>
    RiskPort Risk { get; }

    /// <summary>The fold of durable records into order counts; fed by recovery and publisher.</summary>
    IRecordConsumer View { get; }

    /// <summary>Returns filters and limits without any state, for an engine that is not the exchange's own: the snapshotter's.</summary>
    RiskPort NewRisk();

    /// <summary>Returns an empty view of the same kind as <see cref="View"/>, for the snapshotter.</summary>
    IRecordConsumer NewView();

    /// <summary>Returns the account's counts in the windows that contain <paramref name="timeUs"/> (journal time). Any thread.</summary>
    OrderCounts CountsOf(int accountId, long timeUs);
}

/// <summary>Orders that count against an account's limits (API.md A3); limits of 0 mean none.</summary>
public readonly record struct OrderCounts(int Per10Seconds, int PerDay, int LimitPer10Seconds, int LimitPerDay);
