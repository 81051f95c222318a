namespace Exchange.Matching.Types;

/// <summary>Why the remainder of an accepted order expired. Journaled: a number is never reused.</summary>
public enum ExpireReason : byte
{
    UnfilledIoc = 1,
    UnfilledFok = 2,

    /// <summary>A market order found no further counterparty (or met the limit of levels that one order may sweep).</summary>
    InsufficientLiquidity = 3,

    /// <summary>The exchange gave the rest up: the order's work broke the engine (see quarantine).</summary>
    ExchangeCanceled = 4,
}
