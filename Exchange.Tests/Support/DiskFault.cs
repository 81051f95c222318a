namespace Exchange.Tests.Support;

/// <summary>What is asked of a <see cref="FaultyDisk"/>.</summary>
public enum DiskOperation
{
    Open,
    Create,
    Read,
    Write,
    Sync,
    Rename,
    Delete,
    SyncFolder,
}

/// <summary>What goes wrong with one operation.</summary>
public enum DiskFault
{
    None,

    /// <summary>EIO. A write stores nothing; after a failed sync what was pending counts as clean but is lost by a crash (the fsync of Linux).</summary>
    InputOutputError,

    /// <summary>ENOSPC, with nothing done.</summary>
    NoSpace,

    /// <summary>A write stores a part, in whole sectors, then fails with EIO.</summary>
    ShortWrite,

    /// <summary>A sync returns without error and does nothing: what was pending stays pending.</summary>
    Lie,

    /// <summary>Power fails while the operation is under way.</summary>
    PowerLoss,
}

/// <summary>The machine has no power, or the process none any more: nothing works until <see cref="FaultyDisk.Crash"/> or <see cref="FaultyDisk.Kill"/>.</summary>
public sealed class PowerLostException() : Exception("power lost");
