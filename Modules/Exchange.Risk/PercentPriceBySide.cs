using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// The filter PERCENT_PRICE_BY_SIDE: reference x down &lt;= price &lt;= reference x up, exactly, by the side of the order. Allocates nothing.
/// <para>
/// The reference price costs a division of 128 bits, and it moves with every trade. So a check leaves behind, for the rest of the reference's bucket, the
/// prices that stay allowed as long as all trades lie within 1/64 of the reference: within a bucket an average can only move towards what is traded. They
/// lie within the symbol's price range, too.
/// </para>
/// </summary>
internal static class PercentPriceBySide
{
    private const int SlackShift = 6;

    /// <summary>Returns whether a price is allowed, and remembers which ones will be.</summary>
    /// <param name="price">Ticks, more than 0.</param>
    /// <param name="reference">The symbol's.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Allows(Side side, long price, long timeUs, Symbol symbol, ReferencePrice reference, ref AllowedPrices remembered)
    {
        var spec = symbol.Spec;
        var now = reference.At(timeUs);
        if (now == 0 || !spec.HasPercentPriceBySide)
        {
            // Without the filter for ever, otherwise until the first trade.
            var all = new PriceRange(symbol.MinPrice, symbol.MaxPrice);
            remembered.Remember(all, all, new PriceRange(spec.HasPercentPriceBySide ? long.MaxValue : 0, long.MaxValue), untilUs: long.MaxValue);
            return true;
        }

        var trades = new PriceRange(now - (now >> SlackShift), now + (now >> SlackShift));
        remembered.Remember(
            Allowed(symbol, trades, spec.BidMultiplierDown, spec.BidMultiplierUp),
            Allowed(symbol, trades, spec.AskMultiplierDown, spec.AskMultiplierUp),
            trades,
            ReferencePrice.EndOfBucketUs(timeUs));
        var (down, up) = side == Side.Buy
            ? (spec.BidMultiplierDown, spec.BidMultiplierUp)
            : (spec.AskMultiplierDown, spec.AskMultiplierUp);
        var fixedPrice = (Int128)price * FixedPoint.One;
        return fixedPrice >= (Int128)now * down && fixedPrice <= (Int128)now * up;
    }

    /// <summary>Returns the symbol's prices that the multipliers allow whichever of the references holds.</summary>
    private static PriceRange Allowed(Symbol symbol, PriceRange references, long down, long up) => new(
        (long)Int128.Clamp(((Int128)references.Highest * down + FixedPoint.One - 1) / FixedPoint.One, symbol.MinPrice, long.MaxValue),
        (long)Int128.Min(symbol.MaxPrice, (Int128)references.Lowest * up / FixedPoint.One));
}
