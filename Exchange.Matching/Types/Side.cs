using System.Runtime.CompilerServices;

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

    /// <summary>Returns 0 or 1, whatever the number is: where of two things side by side the one of a side lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Index(this Side side) => (nuint)(byte)side & 1;

    /// <summary>Returns all ones for a buy and 0 for a sell, to choose without a branch: no processor can foresee sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint BuyMask(this Side side) => (nint)side.Index() - 1;
}
