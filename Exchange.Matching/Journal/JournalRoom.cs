namespace Exchange.Matching.Journal;

/// <summary>What the disk has room for, as the journal sees it.</summary>
public enum JournalRoom
{
    /// <summary>The next segment is there or being made.</summary>
    Normal,

    /// <summary>The disk is full: only cancels and administration are taken, into the current segment and the reserve.</summary>
    Reserve,

    /// <summary>Half of the reserve is used: nothing is taken until there is space again; what is under way still fits.</summary>
    Exhausted,
}
