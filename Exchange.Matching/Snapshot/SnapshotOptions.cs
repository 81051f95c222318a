namespace Exchange.Matching.Snapshot;

/// <summary>When snapshots are taken. They cost no pause: a second engine replays closed segments beside the first.</summary>
public sealed record SnapshotOptions
{
    /// <summary>
    /// Milliseconds that a replay of what lies behind the last snapshot may be estimated at before the next one is taken, 100 to 3,600,000; default
    /// 5,000. Less starts faster after a crash, and replays and writes more often beside the trading.
    /// </summary>
    public int ReplayMsMax { get; init; } = 5_000;

    /// <summary>
    /// Bytes of journal behind the last snapshot before the next one is taken, at least 1 MiB; default 1 GiB. Less keeps less on disk where segments
    /// are pruned: about three times this.
    /// </summary>
    public long JournalBytesMax { get; init; } = 1L << 30;

    /// <summary>
    /// Bytes of a snapshot written per second, at least 1 MiB, or 0 for no limit; default 64 MiB. More is done sooner, and makes the journal's syncs wait
    /// longer behind it.
    /// </summary>
    public int WriteBytesPerSecond { get; init; } = 64 << 20;

    /// <summary>
    /// Nanoseconds per command that a replay is estimated with, up to 1,000,000; 0 (default) for what this machine was measured at, 1,000 until then.
    /// </summary>
    public int ReplayNsPerRecord { get; init; }

    /// <summary>Returns what is wrong and what to write instead, or null.</summary>
    public string? Validate()
    {
        if (ReplayMsMax is < 100 or > 3_600_000)
        {
            return $"ReplayMsMax {ReplayMsMax}: use 100 to 3600000";
        }

        if (JournalBytesMax < 1 << 20)
        {
            return $"JournalBytesMax {JournalBytesMax}: use at least 1048576";
        }

        if (WriteBytesPerSecond is not 0 and < (1 << 20))
        {
            return $"WriteBytesPerSecond {WriteBytesPerSecond}: use at least 1048576, or 0 for no limit";
        }

        return ReplayNsPerRecord is < 0 or > 1_000_000 ? $"ReplayNsPerRecord {ReplayNsPerRecord}: use 0 to 1000000" : null;
    }
}
