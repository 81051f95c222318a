namespace Exchange.Benchmarks.Outage;

/// <summary>An outage and what lies around it.</summary>
/// <param name="CatchUp">From its end until every store follows again.</param>
internal sealed record MeasuredOutage(StoreFault Fault, OutagePhase Before, OutagePhase Outage, OutagePhase CatchUp, OutagePhase After);
