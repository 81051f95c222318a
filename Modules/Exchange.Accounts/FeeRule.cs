using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>How a fee is computed from a rate.</summary>
internal static class FeeRule
{
    private const long Million = 1_000_000;

    /// <summary>Returns <c>ceil(received x ppm / 1,000,000)</c>, exactly and without overflow; never more than received.</summary>
    /// <param name="received">Units of an asset, at least 0.</param>
    /// <param name="ppm">Parts per million, 0 to 1,000,000.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Of(long received, int ppm)
    {
        if ((ulong)received <= long.MaxValue / Million)
        {
            return (long)((((ulong)received * (ulong)ppm) + (Million - 1)) / Million);
        }

        return OfMany(received, ppm);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long OfMany(long received, int ppm)
    {
        Invariant.That(received >= 0, "a fee is taken from what was received");

        // Why: whole millions carry no remainder, so the product is split there; the rest stays below 10^12. A rate of at most one
        // million bounds the first part by the whole millions and the second by the rest: no separate minimum is needed.
        var (millions, rest) = Math.DivRem((ulong)received, (ulong)Million);
        return (long)(millions * (ulong)ppm + ((rest * (ulong)ppm) + (Million - 1)) / Million);
    }
}
