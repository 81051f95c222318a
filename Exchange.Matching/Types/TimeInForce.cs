namespace Exchange.Matching.Types;

/// <summary>How long an order lives. Journaled: a number is never reused; 0 is no time in force.</summary>
public enum TimeInForce : byte
{
    /// <summary>Good till cancelled: what does not trade rests.</summary>
    Gtc = 1,

    /// <summary>Immediate or cancel: what does not trade at once expires.</summary>
    Ioc = 2,

    /// <summary>Fill or kill: trades whole at once or expires without a trade.</summary>
    Fok = 3,
}
