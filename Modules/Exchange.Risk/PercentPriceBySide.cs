using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// The filter PERCENT_PRICE_BY_SIDE of one symbol: reference x down &lt;= price &lt;= reference x up, exactly, by the side of the order. Engine
/// thread only; allocates nothing.
/// <para>
/// Why a cache: the reference price costs a division of 128 bits, and it moves with every trade. So a check leaves behind, for the rest of
/// the reference's bucket, the prices that stay allowed as long as all trades lie within 1/64 of the reference: within a bucket an average
/// can only move towards what is traded. A price inside is allowed at the cost of two comparisons; any other is checked exactly, so the
/// answer never depends on the cache, which is no part of the state.
/// </para>
/// </summary>
internal sealed class PercentPriceBySide(SymbolSpec spec, ReferencePrice reference)
{
    private const int SlackShift = 6;

    private Ranges _ranges;
    private long _lowestReference;
    private long _highestReference;
    private long _validUntilUs;

    /// <summary>Ticks, both ends included.</summary>
    private readonly record struct Range(long Lowest, long Highest);

    /// <summary>By side: found by its number, because no processor can foresee sides.</summary>
    [InlineArray(2)]
    private struct Ranges
    {
        private Range _first;
    }

    /// <param name="price">Ticks, more than 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(Side side, long price, long timeUs)
    {
        ref readonly var range = ref _ranges[(int)side];
        return (timeUs < _validUntilUs && price >= range.Lowest && price <= range.Highest) || AllowsExactly(side, price, timeUs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch()
    {
        Matching.Types.Prefetch.Line(ref _ranges);
        Matching.Types.Prefetch.Line(ref _validUntilUs);
    }

    /// <summary>A trade, told after the reference price has taken it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnTrade(long price)
    {
        if (price < _lowestReference || price > _highestReference)
        {
            _validUntilUs = 0;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AllowsExactly(Side side, long price, long timeUs)
    {
        var now = reference.At(timeUs);
        if (now == 0)
        {
            return true;
        }

        _lowestReference = now - (now >> SlackShift);
        _highestReference = now + (now >> SlackShift);
        _validUntilUs = ReferencePrice.EndOfBucketUs(timeUs);
        _ranges[(int)Side.Buy] = Allowed(spec.BidMultiplierDown, spec.BidMultiplierUp);
        _ranges[(int)Side.Sell] = Allowed(spec.AskMultiplierDown, spec.AskMultiplierUp);

        var (down, up) = side == Side.Buy
            ? (spec.BidMultiplierDown, spec.BidMultiplierUp)
            : (spec.AskMultiplierDown, spec.AskMultiplierUp);
        var fixedPrice = (Int128)price * FixedPoint.One;
        return fixedPrice >= (Int128)now * down && fixedPrice <= (Int128)now * up;
    }

    /// <summary>Returns the prices that the multipliers allow whichever of the expected references holds.</summary>
    private Range Allowed(long down, long up) => new(
        (long)Int128.Min(long.MaxValue, ((Int128)_highestReference * down + FixedPoint.One - 1) / FixedPoint.One),
        (long)Int128.Min(long.MaxValue, (Int128)_lowestReference * up / FixedPoint.One));
}
