namespace Exchange.Matching.Journal;

/// <summary>Where a journal ends, as a <see cref="JournalReader"/> found it: all that a <see cref="JournalAppender"/> needs to go on.</summary>
public sealed record JournalEnd
{
    /// <summary>A journal without segments.</summary>
    public static JournalEnd Empty { get; } = new();

    /// <summary>Sequence of the next record.</summary>
    public long NextSequence { get; init; } = 1;

    /// <summary>Hash of the last group.</summary>
    public ulong ChainHash { get; init; } = JournalFormat.GenesisHash;

    /// <summary>Epoch of the last group or segment; the next may not be lower.</summary>
    public long Epoch { get; init; }

    /// <summary>Journal time that the next record may not fall below, microseconds.</summary>
    public long LastTimeUs { get; init; }

    /// <summary>Number of the last segment; 0 when there is none.</summary>
    public long SegmentNumber { get; init; }

    /// <summary>Name of the last segment with its folder; "" when there is none.</summary>
    public string SegmentName { get; init; } = "";

    /// <summary>First sequence of the last segment; 0 when there is none.</summary>
    public long SegmentFirstSequence { get; init; }

    /// <summary>Length of the last segment, bytes.</summary>
    public long SegmentBytes { get; init; }

    /// <summary>Group alignment of the last segment, bytes.</summary>
    public int GroupAlignment { get; init; } = JournalFormat.SectorSize;

    /// <summary>Where the next group goes in the last segment, bytes.</summary>
    public long Offset { get; init; }

    /// <summary>Where the last group of the last segment begins, bytes; <see cref="Offset"/> when the segment has none.</summary>
    public long LastGroupOffset { get; init; }

    /// <summary>Bytes from <see cref="Offset"/> that a group cut short by a crash occupies; 0 when there is none.</summary>
    public long TornBytes { get; init; }

    public bool IsTorn => TornBytes > 0;
}
