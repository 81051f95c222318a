using Exchange.Matching.Types;

namespace Exchange.Host.Api;

/// <summary>The one place where the wire's numbers (10^-8) and a symbol's integers (ticks, lots, units) become each other.</summary>
internal static class SymbolUnits
{
    /// <summary>Returns whether the price is a whole number of ticks within PRICE_FILTER, and those ticks.</summary>
    public static bool TryTicks(Symbol symbol, long price, out long ticks)
    {
        (ticks, var rest) = Math.DivRem(price, symbol.Spec.TickSize);
        return rest == 0 && ticks >= symbol.MinPrice && ticks <= symbol.MaxPrice;
    }

    /// <summary>Returns whether the quantity is a whole number of lots within LOT_SIZE, and those lots.</summary>
    public static bool TryLots(Symbol symbol, long quantity, out long lots)
    {
        (lots, var rest) = Math.DivRem(quantity, symbol.Spec.LotSize);
        return rest == 0 && lots >= symbol.MinQuantity && lots <= symbol.MaxQuantity;
    }

    /// <summary>Returns whether the amount has no more decimals than the asset, and its units.</summary>
    public static bool TryUnits(Asset asset, long amount, out long units)
    {
        (units, var rest) = Math.DivRem(amount, FixedPoint.PowerOfTen(FixedPoint.Scale - asset.Scale));
        return rest == 0;
    }

    /// <summary>Returns a price of ticks as 10^-8.</summary>
    public static Int128 Price(Symbol symbol, long ticks) => (Int128)ticks * symbol.Spec.TickSize;

    /// <summary>Returns a quantity of lots as 10^-8; the total of a price level may exceed what one order can have.</summary>
    public static Int128 Quantity(Symbol symbol, long lots) => (Int128)lots * symbol.Spec.LotSize;

    /// <summary>Returns a sum of lots as 10^-8.</summary>
    public static Int128 Quantity(Symbol symbol, Int128 lots) => lots * symbol.Spec.LotSize;

    /// <summary>Returns a sum of ticks x lots as 10^-8 of the quote asset.</summary>
    public static Int128 Quote(Symbol symbol, Int128 turnover) =>
        turnover * symbol.QuoteUnitsPerTickLot * FixedPoint.PowerOfTen(FixedPoint.Scale - symbol.QuoteAsset.Scale);

    /// <summary>Returns the average price of a sum of ticks x lots over a sum of lots as 10^-8, rounded to the nearest; 0 for no lots.</summary>
    public static Int128 AveragePrice(Symbol symbol, Int128 turnover, Int128 lots) =>
        lots == 0 ? 0 : (turnover * symbol.Spec.TickSize + lots / 2) / lots;

    /// <summary>Returns units of an asset as 10^-8.</summary>
    public static Int128 Amount(Asset asset, long units) => (Int128)units * FixedPoint.PowerOfTen(FixedPoint.Scale - asset.Scale);
}
