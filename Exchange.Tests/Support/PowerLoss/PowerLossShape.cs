namespace Exchange.Tests.Support.PowerLoss;

/// <summary>What a loss of power leaves of the changes that no sync has made durable.</summary>
internal enum PowerLossShape
{
    /// <summary>Nothing: the disk wrote only what it was told to.</summary>
    NothingPending,

    /// <summary>All of it: the disk was quick.</summary>
    EverythingPending,

    /// <summary>The changes up to some moment, and some sectors of the one at that moment.</summary>
    InOrder,

    /// <summary>Any sectors of any writes, and of each folder's names the first few changes.</summary>
    AnySectors,

    /// <summary>Of each file and each folder all or nothing.</summary>
    FileByFile,
}
