using System.Diagnostics;

namespace Exchange.Benchmarks.Durable;

/// <summary>Where every part of a loaded pipeline stands at one moment.</summary>
internal sealed record BurstSnapshot(
    long Timestamp,
    long Pushed,
    int RingFullCount,
    long Executed,
    long Journaled,
    long Published,
    int Groups,
    long EngineAllocated,
    long JournalAllocated,
    long PublisherAllocated,
    ProcessorTime Processors)
{
    public static BurstSnapshot Take(PipelineHarness harness, BurstProducer producer) => new(
        Stopwatch.GetTimestamp(),
        producer.Pushed,
        producer.FullCount,
        harness.Pipeline.EventRing!.Published,
        harness.Pipeline.DurableSequence,
        harness.Pipeline.PublishedSequence,
        harness.Storage.GroupCount,
        harness.Allocations.Engine,
        harness.Allocations.Journal,
        harness.Allocations.Publisher,
        ProcessorTime.Now());
}
