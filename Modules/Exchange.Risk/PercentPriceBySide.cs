using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// The filter PERCENT_PRICE_BY_SIDE of one symbol: reference x down &lt;= price &lt;= reference x up, exactly, by the side of the order. Engine
/// thread only; allocates nothing.
/// <para>
/// Why a cache: the reference price costs a division of 128 bits, and it moves with every trade. So a check leaves behind, for the rest of
/// the reference's bucket, the prices that stay allowed as long as all trades lie within 1/64 of the reference: within a bucket an average
/// can only move towards what is traded. A price inside is allowed at the cost of two comparisons; any other is checked exactly, so the
/// answer never depends on the cache, which is no part of the state. What is remembered lies within the symbol's price range, too, so that who is inside
/// passes both filters.
/// </para>
/// A mutable struct, so that those of all symbols lie side by side. A default value remembers nothing.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct PercentPriceBySide
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

    /// <summary>
    /// Returns whether a price is known to be allowed, by the symbol's price range, too; what is not, the range and <see cref="AllowsExactly"/> decide.
    /// </summary>
    /// <param name="price">Ticks; any number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Allows(Side side, long price, long timeUs)
    {
        // Safety: one bit of the side, whatever it is, finds one of the two.
        ref readonly var range = ref Unsafe.Add(ref Unsafe.As<Ranges, Range>(ref Unsafe.AsRef(in _ranges)), (int)side & 1);
        return timeUs < _validUntilUs && price >= range.Lowest && price <= range.Highest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch()
    {
        Matching.Types.Prefetch.Line(in _ranges);
        Matching.Types.Prefetch.Line(in _validUntilUs);
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

    /// <summary>Returns whether a price is allowed, and remembers which ones will be.</summary>
    /// <param name="price">Ticks, more than 0.</param>
    /// <param name="reference">The symbol's.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool AllowsExactly(Side side, long price, long timeUs, Symbol symbol, ReferencePrice reference)
    {
        var spec = symbol.Spec;
        var now = reference.At(timeUs);
        if (now == 0 || !spec.HasPercentPriceBySide)
        {
            // Without the filter for ever, otherwise until the first trade.
            _lowestReference = spec.HasPercentPriceBySide ? long.MaxValue : 0;
            _highestReference = long.MaxValue;
            _validUntilUs = long.MaxValue;
            _ranges[(int)Side.Buy] = new Range(symbol.MinPrice, symbol.MaxPrice);
            _ranges[(int)Side.Sell] = new Range(symbol.MinPrice, symbol.MaxPrice);
            return true;
        }

        _lowestReference = now - (now >> SlackShift);
        _highestReference = now + (now >> SlackShift);
        _validUntilUs = ReferencePrice.EndOfBucketUs(timeUs);
        _ranges[(int)Side.Buy] = Allowed(symbol, spec.BidMultiplierDown, spec.BidMultiplierUp);
        _ranges[(int)Side.Sell] = Allowed(symbol, spec.AskMultiplierDown, spec.AskMultiplierUp);

        var (down, up) = side == Side.Buy
            ? (spec.BidMultiplierDown, spec.BidMultiplierUp)
            : (spec.AskMultiplierDown, spec.AskMultiplierUp);
        var fixedPrice = (Int128)price * FixedPoint.One;
        return fixedPrice >= (Int128)now * down && fixedPrice <= (Int128)now * up;
    }

    /// <summary>Returns the symbol's prices that the multipliers allow whichever of the expected references holds.</summary>
    private readonly Range Allowed(Symbol symbol, long down, long up) => new(
        (long)Int128.Clamp(((Int128)_highestReference * down + FixedPoint.One - 1) / FixedPoint.One, symbol.MinPrice, long.MaxValue),
        (long)Int128.Min(symbol.MaxPrice, (Int128)_lowestReference * up / FixedPoint.One));
}
