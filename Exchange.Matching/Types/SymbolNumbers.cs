using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Types;

/// <summary>
/// The numbers of a symbol that every order is checked against and computed with, side by side: 88 bytes. Immutable. For every order that passes the filters,
/// all products below are exact and fit in 2^62.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct SymbolNumbers
{
    /// <summary>Units of the quote asset that one lot costs at one tick.</summary>
    public long QuoteUnitsPerTickLot;
    public long BaseUnitsPerLot;

    /// <summary>Least notional of a limit order, units of the quote asset.</summary>
    public long LeastNotional;

    /// <summary>Greatest notional of a limit order, units of the quote asset.</summary>
    public long GreatestNotional;
    public int QuoteAssetId;
    public int BaseAssetId;

    /// <summary>Open orders that one account may have.</summary>
    public int MaxNumOrders;
    public int Id;
    public int MakerFeePpm;
    public int TakerFeePpm;

    /// <summary>Lots.</summary>
    public long MinQuantity;

    /// <summary>Lots.</summary>
    public long MaxQuantity;

    /// <summary>Ticks.</summary>
    public long MinPrice;

    /// <summary>Ticks.</summary>
    public long MaxPrice;

    /// <summary>Returns the quote units of <paramref name="quantity"/> lots at <paramref name="price"/> ticks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Notional(long price, long quantity) => price * quantity * QuoteUnitsPerTickLot;

    /// <summary>Returns the base units of <paramref name="quantity"/> lots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long BaseAmount(long quantity) => quantity * BaseUnitsPerLot;

    /// <summary>Returns the id of the asset that an order of <paramref name="side"/> pays with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int PaidAssetId(Side side) => AssetId(side.Index());

    /// <summary>As above, for the side with this index.</summary>
    /// <param name="side">0 or 1: <see cref="SideExtensions.Index"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int AssetId(nuint side) => Unsafe.Add(ref Unsafe.AsRef(in QuoteAssetId), side);

    /// <summary>Returns what a limit order of <paramref name="quantity"/> lots at <paramref name="price"/> ticks holds, in units of its paid asset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long HoldFor(Side side, long price, long quantity) => quantity * OfSide(side, price * QuoteUnitsPerTickLot, BaseUnitsPerLot);

    /// <summary>As above, for who has computed the order's notional.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long HoldOfNotional(Side side, long notional, long quantity) => OfSide(side, notional, BaseAmount(quantity));

    /// <summary>Returns by how much <see cref="HoldFor"/> changes from one price to another; for a sell 0, since it holds its lots whatever the price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long HoldChange(Side side, long oldPrice, long newPrice, long quantity) =>
        (newPrice - oldPrice) * quantity * QuoteUnitsPerTickLot & side.BuyMask();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long OfSide(Side side, long buy, long sell) => sell ^ ((sell ^ buy) & side.BuyMask());
}
