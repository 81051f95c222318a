namespace Exchange.Matching.Types;

/// <summary>Decimal numbers of the outside as integers of 10^-8, the scale of prices and quantities on the wire.</summary>
public static class FixedPoint
{
    /// <summary>Decimals that every number on the wire may have.</summary>
    public const int Scale = 8;

    /// <summary>1 as a fixed-point number.</summary>
    public const long One = 100_000_000;

    private static ReadOnlySpan<long> Powers =>
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>Returns 10^<paramref name="exponent"/>, 0 to 8.</summary>
    public static long PowerOfTen(int exponent) => Powers[exponent];
}
