using Exchange.Matching.Journal;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Pipeline;

/// <summary>How the pipeline runs; nothing here steers what trading does. Validated when the pipeline is built.</summary>
public sealed record PipelineOptions
{
    public CommandRingOptions CommandRing { get; init; } = new();

    public EventRingOptions EventRing { get; init; } = new();

    public JournalOptions Journal { get; init; } = new();

    public SnapshotOptions Snapshot { get; init; } = new();

    public RetentionOptions Retention { get; init; } = new();

    /// <summary>
    /// Commands in flight, 1 to 1,000,000; more are refused as overload. Each costs about 1 KB. It also bounds how long an admitted command queues.
    /// </summary>
    public int InFlightCommands { get; init; } = 8_192;

    /// <summary>Milliseconds after which a caller is told that the outcome is unknown, 100 to 600,000.</summary>
    public int ReplyTimeoutMs { get; init; } = 10_000;

    /// <summary>Processor of the engine thread, or -1 to let the system choose. A core of its own gives the shortest tail.</summary>
    public int EngineCpu { get; init; } = ThreadAffinity.Unpinned;

    /// <summary>Processor of the journal thread, or -1.</summary>
    public int JournalCpu { get; init; } = ThreadAffinity.Unpinned;

    /// <summary>Processor of the publisher thread, or -1.</summary>
    public int PublisherCpu { get; init; } = ThreadAffinity.Unpinned;

    /// <summary>
    /// No threads and no timer: a simulation runs the stages, by <see cref="ExchangePipeline{TRisk,TLedger}.Step"/>, and callers'
    /// continuations run inside the publisher's step.
    /// </summary>
    internal bool IsStepped { get; init; }

    /// <summary>Epoch of this leadership, at least 1: raised by each promotion, so that records of a leader that was replaced do not fit. The journal's own where that is higher.</summary>
    internal long EpochMin { get; init; } = 1;

    /// <summary>Returns what is wrong and what to write instead, or null.</summary>
    public string? Validate(int maxRecordLength)
    {
        if ((CommandRing.Validate() ?? EventRing.Validate() ?? Journal.Validate() ?? Snapshot.Validate() ?? Retention.Validate()) is { } error)
        {
            return error;
        }

        if (InFlightCommands is < 1 or > 1_000_000)
        {
            return $"InFlightCommands {InFlightCommands}: use 1 to 1000000";
        }

        if (ReplyTimeoutMs is < 100 or > 600_000)
        {
            return $"ReplyTimeoutMs {ReplyTimeoutMs}: use 100 to 600000";
        }

        if (EventRing.ByteCount / 2 < maxRecordLength)
        {
            return $"event ring of {EventRing.ByteCount} bytes: the largest record has {maxRecordLength}, use at least twice that";
        }

        return Journal.EffectiveGroupBytes < maxRecordLength + 4_096
            ? $"journal groups of {Journal.EffectiveGroupBytes} bytes: the largest record has {maxRecordLength}, use at least 4096 more than that, "
                + "in segments of at least 8192 more"
            : null;
    }
}
