using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Types;

/// <summary>
/// Prices of one symbol that are known to pass all filters of prices, by side, as long as time and trades stay within bounds. A price inside is allowed at
/// the cost of three comparisons; about any other nothing is said. What is remembered here is computed by who knows the filters, and is no part of the
/// state: no answer depends on it. A default value remembers nothing. A mutable struct, so that a book holds it in place. Engine thread only.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct AllowedPrices
{
    private Ranges _ranges;
    private long _validUntilUs;
    private long _lowestTrade;
    private long _highestTrade;

    /// <summary>By side: found by its number, because no processor can foresee sides.</summary>
    [InlineArray(2)]
    private struct Ranges
    {
        private PriceRange _first;
    }

    /// <summary>Returns whether a price is known to be allowed.</summary>
    /// <param name="price">Ticks; any number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Has(Side side, long price, long timeUs)
    {
        // Safety: one bit of the side, whatever it is, finds one of the two.
        ref readonly var range = ref Unsafe.Add(ref Unsafe.As<Ranges, PriceRange>(ref Unsafe.AsRef(in _ranges)), side.Index());
        return timeUs < _validUntilUs && price >= range.Lowest && price <= range.Highest;
    }

    /// <summary>Remembers prices until a time, or a trade outside of a range.</summary>
    public void Remember(PriceRange buys, PriceRange sells, PriceRange trades, long untilUs)
    {
        _ranges[(int)Side.Buy] = buys;
        _ranges[(int)Side.Sell] = sells;
        _lowestTrade = trades.Lowest;
        _highestTrade = trades.Highest;
        _validUntilUs = untilUs;
    }

    /// <summary>The price of a trade, told after all that a filter measures by has taken it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnTrade(long price)
    {
        if (price < _lowestTrade || price > _highestTrade)
        {
            _validUntilUs = 0;
        }
    }
}

/// <summary>Ticks, both ends included.</summary>
public readonly record struct PriceRange(long Lowest, long Highest);
