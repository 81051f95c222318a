namespace Exchange.Matching.Types;

/// <summary>Why a symbol or an account takes no new orders; cancels are always taken. Journaled: a bit is never reused.</summary>
[Flags]
public enum Restrictions : byte
{
    None = 0,

    /// <summary>A command of theirs broke the engine.</summary>
    Quarantine = 1,

    /// <summary>An operator has halted the symbol.</summary>
    Halt = 2,

    /// <summary>An operator has halted the whole venue.</summary>
    VenueHalt = 4,

    /// <summary>An operator has disabled the account.</summary>
    Disabled = 8,

    /// <summary>A command of the account broke the engine although it could only cancel: it may not even do that.</summary>
    Closed = 16,
}
