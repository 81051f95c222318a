namespace Exchange.Matching.Types;

/// <summary>Which way an order trades. Journaled: a number is never reused.</summary>
public enum Side : byte
{
    Buy = 0,
    Sell = 1,
}

public static class SideExtensions
{
    /// <summary>Returns the side that this one trades against.</summary>
    public static Side Opposite(this Side side) => (Side)((byte)side ^ 1);
}
