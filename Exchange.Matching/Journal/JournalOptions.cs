using System.Text;

namespace Exchange.Matching.Journal;

/// <summary>How the journal is written. What is on disk already keeps the values it was written with.</summary>
public sealed record JournalOptions
{
    /// <summary>Folder inside the storage.</summary>
    public string Folder { get; init; } = "journal";

    /// <summary>Length of a new segment, bytes: a multiple of 4096, at least 64 KiB. Small ones cost a sync of the folder each, and many files.</summary>
    public long SegmentBytes { get; init; } = JournalFormat.DefaultSegmentBytes;

    /// <summary>
    /// Most records of a segment, at least 1,000: however small they are, a segment is soon closed, and only closed ones can be in a snapshot.
    /// </summary>
    public int SegmentRecords { get; init; } = 1_000_000;

    /// <summary>
    /// Bytes kept free in a file of their own for a full disk: 0 for none, or a multiple of 4096, at least 1 MiB and twice what the event ring
    /// holds. New orders are refused as soon as the next segment finds no room; cancels and administration go on into the current segment and the
    /// reserve until half of the reserve is used. Without one the exchange ends when the current segment is full.
    /// </summary>
    public long ReserveBytes { get; init; }

    /// <summary>
    /// Largest extent of a group, bytes: a multiple of 4096, up to 4 MiB and to what a segment holds. Larger groups write more per sync and
    /// make each waiting command wait longer.
    /// </summary>
    public int GroupBytes { get; init; } = 1 << 20;

    /// <summary>Whether a background thread prepares the next segment; false does it inside the commit, for simulation.</summary>
    public bool PrepareInBackground { get; init; } = true;

    /// <summary>Written into each segment; at most 256 bytes of UTF-8.</summary>
    public string BuildId { get; init; } = "";

    /// <summary>Largest extent of a group that also fits into an empty segment, bytes.</summary>
    internal int EffectiveGroupBytes =>
        (int)Math.Min(GroupBytes, Math.Min(SegmentBytes, ReserveBytes == 0 ? long.MaxValue : ReserveBytes) - JournalFormat.SegmentHeaderSize);

    /// <summary>Returns what is wrong with the options, or null when they are right.</summary>
    public string? Validate()
    {
        if (SegmentBytes < JournalFormat.MinSegmentBytes || SegmentBytes % JournalFormat.PageSize != 0)
        {
            return $"SegmentBytes {SegmentBytes}: use a multiple of {JournalFormat.PageSize}, at least {JournalFormat.MinSegmentBytes}";
        }

        if (SegmentRecords < 1_000)
        {
            return $"SegmentRecords {SegmentRecords}: use at least 1000";
        }

        if (ReserveBytes != 0 && (ReserveBytes < JournalFormat.MinSegmentBytes || ReserveBytes % JournalFormat.PageSize != 0))
        {
            return $"ReserveBytes {ReserveBytes}: use 0 for none, or a multiple of {JournalFormat.PageSize}, at least {JournalFormat.MinSegmentBytes}";
        }

        if (GroupBytes is < JournalFormat.PageSize or > JournalFormat.MaxGroupBytes || GroupBytes % JournalFormat.PageSize != 0)
        {
            return $"GroupBytes {GroupBytes}: use a multiple of {JournalFormat.PageSize}, from {JournalFormat.PageSize} to {JournalFormat.MaxGroupBytes}";
        }

        if (Folder.Length == 0)
        {
            return "Folder must not be empty";
        }

        return Encoding.UTF8.GetByteCount(BuildId) > JournalFormat.MaxBuildIdBytes
            ? $"BuildId is longer than {JournalFormat.MaxBuildIdBytes} bytes"
            : null;
    }
}
