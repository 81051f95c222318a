namespace Exchange.Matching.Journal;

/// <summary>How a group becomes durable. See infra/decisions/0003-journal-sync.md for the figures.</summary>
public enum JournalSyncMethod
{
    /// <summary>A write into the page cache, then <c>fdatasync</c>.</summary>
    Fdatasync,

    /// <summary>One write past the page cache that returns when the data is durable: the file is open with <c>O_DIRECT|O_DSYNC</c>.</summary>
    DirectDsync,
}
