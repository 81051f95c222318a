using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Snapshot;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Composition;

/// <summary>Which closed segments of the journal may be deleted, once both kept snapshots hold what is in them and every follower has passed them.</summary>
public enum SegmentDeletion
{
    /// <summary>In a sandbox; in a venue only what the archive holds.</summary>
    Automatic,

    /// <summary>Also in a venue without an archive: the history before the older snapshot is gone then.</summary>
    Always,

    Never,
}

/// <summary>Snapshots and the journal's length (section <c>Exchange:Housekeeping</c>).</summary>
public sealed class HousekeepingOptions
{
    public const string Section = "Exchange:Housekeeping";

    private const long SandboxJournalBytes = 128L << 20;

    /// <summary>
    /// Milliseconds that the replay behind the last snapshot may be estimated at before the next is taken, 100 to 3600000; default 5000. Less starts
    /// faster after a crash, and replays and writes more often beside the trading.
    /// </summary>
    public int SnapshotReplayMsMax { get; set; } = new SnapshotOptions().ReplayMsMax;

    /// <summary>
    /// Bytes of journal behind the last snapshot before the next is taken, at least 1048576; 0 (default): 134217728 in a sandbox, 1073741824 in a
    /// venue. Where segments are deleted the journal keeps about three times this.
    /// </summary>
    public long SnapshotJournalBytesMax { get; set; }

    /// <summary>
    /// Bytes of a snapshot written per second, at least 1048576, or 0 for no limit; default 67108864. More is done sooner, and makes the journal's syncs
    /// wait longer behind it.
    /// </summary>
    public int SnapshotWriteBytesPerSecond { get; set; } = new SnapshotOptions().WriteBytesPerSecond;

    /// <summary>
    /// <c>Automatic</c> (default: in a sandbox, and in a venue with an archive), <c>Always</c> or <c>Never</c>. Deleting keeps the disk from filling;
    /// what is deleted and not archived can never be replayed again.
    /// </summary>
    public SegmentDeletion DeleteSegments { get; set; } = SegmentDeletion.Automatic;

    /// <summary>
    /// Bytes of segments that one follower (a replicator) may hold back, at least 1048576; default 68719476736. Beyond it the follower must be rebuilt: a
    /// store that is away for long must not fill the journal's disk.
    /// </summary>
    public long FollowerBytesMax { get; set; } = new RetentionOptions().FollowerBytesMax;

    /// <summary>Completes the pipeline's options.</summary>
    /// <param name="isArchived">Whether there is an archive.</param>
    public PipelineOptions AddTo(PipelineOptions options, ExchangeMode mode, bool isArchived) => options with
    {
        Snapshot = new SnapshotOptions
        {
            ReplayMsMax = SnapshotReplayMsMax,
            JournalBytesMax = SnapshotJournalBytesMax != 0 ? SnapshotJournalBytesMax
                : mode == ExchangeMode.Sandbox ? SandboxJournalBytes : new SnapshotOptions().JournalBytesMax,
            WriteBytesPerSecond = SnapshotWriteBytesPerSecond,
        },
        Retention = new RetentionOptions
        {
            DeletesSegments = DeleteSegments == SegmentDeletion.Always
                || (DeleteSegments == SegmentDeletion.Automatic && (mode == ExchangeMode.Sandbox || isArchived)),
            FollowerBytesMax = FollowerBytesMax,
        },
    };
}

internal sealed class HousekeepingOptionsValidator : IValidateOptions<HousekeepingOptions>
{
    public ValidateOptionsResult Validate(string? name, HousekeepingOptions options)
    {
        if (!Enum.IsDefined(options.DeleteSegments))
        {
            return ValidateOptionsResult.Fail(
                $"{HousekeepingOptions.Section}:{nameof(options.DeleteSegments)} '{options.DeleteSegments}' is unknown: write {string.Join(", ", Enum.GetNames<SegmentDeletion>())}");
        }

        var completed = options.AddTo(new PipelineOptions(), ExchangeMode.Venue, isArchived: true);
        return (completed.Snapshot.Validate() ?? completed.Retention.Validate()) is { } error
            ? ValidateOptionsResult.Fail($"{HousekeepingOptions.Section}: {error}")
            : ValidateOptionsResult.Success;
    }
}
