namespace Exchange.Matching.Journal;

/// <summary>
/// Which segments are kept. Whatever the options say, a segment stays while it is needed to recover from the older kept snapshot, while a
/// follower has not passed it, and while it is not archived where an archive is configured.
/// </summary>
public sealed record RetentionOptions
{
    /// <summary>Whether segments that nobody needs any more are deleted; default false. Without an archive their history is gone then.</summary>
    public bool DeletesSegments { get; init; }

    /// <summary>
    /// Bytes of segments that one follower may hold back, at least 1 MiB; default 64 GiB. Beyond it the follower must be rebuilt, and its hold ends: a store
    /// that is away for long must not fill the journal's disk.
    /// </summary>
    public long FollowerBytesMax { get; init; } = 64L << 30;

    /// <summary>Returns what is wrong and what to write instead, or null.</summary>
    public string? Validate() => FollowerBytesMax < 1 << 20 ? $"FollowerBytesMax {FollowerBytesMax}: use at least 1048576" : null;
}
