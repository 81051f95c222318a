namespace Exchange.Matching.Types;

/// <summary>How an order is priced. Journaled: a number is never reused; 0 is no type.</summary>
public enum OrderType : byte
{
    /// <summary>Trades at its price or better, then rests (subject to its time in force).</summary>
    Limit = 1,

    /// <summary>Post-only: rejected when it would trade on arrival.</summary>
    LimitMaker = 2,

    /// <summary>Trades at any price; what finds no counterparty expires.</summary>
    Market = 3,
}
