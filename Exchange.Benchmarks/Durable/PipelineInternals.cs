using System.Runtime.CompilerServices;
using Exchange.Accounts;
using Exchange.Matching.Pipeline;
using Exchange.Risk;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// The rings inside a pipeline: what the burst pushes into, and where the engine's progress is read. A renamed field fails at the first
/// access with a <see cref="MissingFieldException"/>.
/// </summary>
internal static class PipelineInternals
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_commands")]
    public static extern ref CommandRing CommandRingOf(ExchangePipeline<RiskPort, LedgerPort> pipeline);

    /// <summary>Null before the recovery.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_events")]
    public static extern ref EventRing? EventRingOf(ExchangePipeline<RiskPort, LedgerPort> pipeline);
}
