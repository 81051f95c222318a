namespace Exchange.Matching.Types;

/// <summary>
/// The numbers that define a symbol, as the outside states them: prices, quantities and amounts are fixed-point (10^-8).
/// </summary>
public sealed record SymbolSpec
{
    private const long MaxMultiplier = 1_000 * FixedPoint.One;

    /// <summary>Upper-case name, 1 to 20 characters of A-Z, 0-9, '-', '_', '.'.</summary>
    public required string Name { get; init; }

    public required string BaseAsset { get; init; }

    /// <summary>Decimals of the base asset's unit, 0 to 8; must agree with the asset if it exists.</summary>
    public int BaseScale { get; init; } = 8;

    public required string QuoteAsset { get; init; }

    /// <summary>Decimals of the quote asset's unit, 0 to 8; must agree with the asset if it exists.</summary>
    public int QuoteScale { get; init; } = 8;

    /// <summary>Smallest step of a price; all prices are whole ticks.</summary>
    public required long TickSize { get; init; }

    public required long MinPrice { get; init; }

    public required long MaxPrice { get; init; }

    /// <summary>Smallest step of a quantity; all quantities are whole lots.</summary>
    public required long LotSize { get; init; }

    public required long MinQuantity { get; init; }

    public required long MaxQuantity { get; init; }

    /// <summary>Least price x quantity of an order; 0 disables.</summary>
    public long MinNotional { get; init; }

    /// <summary>Greatest price x quantity of an order; 0 disables.</summary>
    public long MaxNotional { get; init; }

    public bool ApplyMinToMarket { get; init; } = true;

    public bool ApplyMaxToMarket { get; init; }

    /// <summary>Least price x quantity by the filter MIN_NOTIONAL, which may stand beside NOTIONAL; 0: the symbol has no such filter.</summary>
    public long MinNotionalFilter { get; init; }

    public bool ApplyMinNotionalFilterToMarket { get; init; } = true;

    /// <summary>Least quantity of a market order (MARKET_LOT_SIZE, in addition to LOT_SIZE); 0 disables.</summary>
    public long MarketMinQuantity { get; init; }

    /// <summary>Greatest quantity of a market order; 0: the symbol has no MARKET_LOT_SIZE.</summary>
    public long MarketMaxQuantity { get; init; }

    /// <summary>Step of a market order's quantity, whole lots; 0 disables. An order by quote amount is bound by least and greatest alone.</summary>
    public long MarketLotSize { get; init; }

    /// <summary>PERCENT_PRICE_BY_SIDE: what a buy may cost at most, times the reference price (10^-8); all four 0: no such filter.</summary>
    public long BidMultiplierUp { get; init; }

    /// <summary>What a buy must offer at least.</summary>
    public long BidMultiplierDown { get; init; }

    /// <summary>What a sell may ask at most.</summary>
    public long AskMultiplierUp { get; init; }

    /// <summary>What a sell must ask at least.</summary>
    public long AskMultiplierDown { get; init; }

    /// <summary>Minutes of trading whose average is the reference price of all filters; 0 takes the last price.</summary>
    public int AvgPriceMins { get; init; } = 5;

    /// <summary>Open orders that one account may have on the symbol.</summary>
    public int MaxNumOrders { get; init; } = 200;

    /// <summary>Fee of the resting party, parts per million of what it receives.</summary>
    public int MakerFeePpm { get; init; } = 1_000;

    /// <summary>Fee of the incoming party, parts per million of what it receives.</summary>
    public int TakerFeePpm { get; init; } = 1_000;

    public bool HasMarketLotSize => MarketMaxQuantity != 0;

    public bool HasPercentPriceBySide => (BidMultiplierUp | BidMultiplierDown | AskMultiplierUp | AskMultiplierDown) != 0;

    /// <summary>Returns what is wrong with the numbers and what to write instead, or null when they are right.</summary>
    public string? Validate()
    {
        if (!IsName(Name))
        {
            return $"symbol '{Name}': use 1 to 20 characters of A-Z, 0-9, '-', '_', '.'";
        }

        if (!IsName(BaseAsset) || !IsName(QuoteAsset) || BaseAsset == QuoteAsset)
        {
            return $"{Name}: base '{BaseAsset}' and quote '{QuoteAsset}' must be two different names of 1 to 20 characters of A-Z, 0-9, '-', '_', '.'";
        }

        if (BaseScale is < 0 or > FixedPoint.Scale || QuoteScale is < 0 or > FixedPoint.Scale)
        {
            return $"{Name}: the scales of both assets must lie in 0..8";
        }

        if (TickSize <= 0 || LotSize <= 0)
        {
            return $"{Name}: tickSize and lotSize must be at least 0.00000001";
        }

        if (MinPrice < TickSize || MaxPrice < MinPrice || MinPrice % TickSize != 0 || MaxPrice % TickSize != 0)
        {
            return $"{Name}: minPrice and maxPrice must be whole ticks, minPrice at least one tick, maxPrice not below minPrice";
        }

        if (MinQuantity < LotSize || MaxQuantity < MinQuantity || MinQuantity % LotSize != 0 || MaxQuantity % LotSize != 0)
        {
            return $"{Name}: minQty and maxQty must be whole lots, minQty at least one lot, maxQty not below minQty";
        }

        if ((Int128)TickSize * LotSize % PowerOfTen(2 * FixedPoint.Scale - QuoteScale) != 0)
        {
            return $"{Name}: tickSize x lotSize must be a whole multiple of the quote asset's unit (1e-{QuoteScale}); choose a larger lot or tick";
        }

        if (LotSize % FixedPoint.PowerOfTen(FixedPoint.Scale - BaseScale) != 0)
        {
            return $"{Name}: lotSize must be a whole multiple of the base asset's unit (1e-{BaseScale})";
        }

        if ((Int128)MaxPrice * MaxQuantity / PowerOfTen(2 * FixedPoint.Scale - QuoteScale) >= (Int128)1 << 62)
        {
            return $"{Name}: maxPrice x maxQty must stay below 2^62 units of the quote asset; lower one of them";
        }

        if (MaxQuantity / FixedPoint.PowerOfTen(FixedPoint.Scale - BaseScale) >= 1L << 62)
        {
            return $"{Name}: maxQty must stay below 2^62 units of the base asset";
        }

        var quoteUnit = FixedPoint.PowerOfTen(FixedPoint.Scale - QuoteScale);
        if (MinNotional < 0 || MaxNotional < 0 || (MaxNotional != 0 && MaxNotional < MinNotional)
            || MinNotional % quoteUnit != 0 || MaxNotional % quoteUnit != 0)
        {
            return $"{Name}: minNotional and maxNotional must be whole units of the quote asset, at least 0, and maxNotional (unless 0) not below minNotional";
        }

        if (MinNotionalFilter < 0 || MinNotionalFilter % quoteUnit != 0)
        {
            return $"{Name}: minNotionalFilter must be whole units of the quote asset, at least 0";
        }

        if (ValidateMarketLotSize() is { } wrongMarketLot)
        {
            return wrongMarketLot;
        }

        if (HasPercentPriceBySide
            && (BidMultiplierDown is <= 0 or > FixedPoint.One || AskMultiplierDown is <= 0 or > FixedPoint.One
                || BidMultiplierUp is < FixedPoint.One or > MaxMultiplier || AskMultiplierUp is < FixedPoint.One or > MaxMultiplier))
        {
            return $"{Name}: bidMultiplierDown and askMultiplierDown must be more than 0 and at most 1, bidMultiplierUp and askMultiplierUp 1 to 1000, or all four 0";
        }

        if (AvgPriceMins is < 0 or > 60)
        {
            return $"{Name}: avgPriceMins must lie in 0..60";
        }

        if (MaxNumOrders is < 1 or > 1_000_000)
        {
            return $"{Name}: maxNumOrders must lie in 1..1000000";
        }

        if (MakerFeePpm is < 0 or > 1_000_000 || TakerFeePpm is < 0 or > 1_000_000)
        {
            return $"{Name}: fees must lie in 0..1000000 parts per million";
        }

        return null;
    }

    private string? ValidateMarketLotSize()
    {
        if (MarketMaxQuantity == 0)
        {
            return MarketMinQuantity == 0 && MarketLotSize == 0
                ? null
                : $"{Name}: marketMaxQuantity is missing; without it there is no MARKET_LOT_SIZE, and marketMinQuantity and marketLotSize must be 0";
        }

        return MarketMinQuantity < 0 || MarketMaxQuantity < Math.Max(MarketMinQuantity, MinQuantity) || MarketLotSize < 0
            || MarketMinQuantity % LotSize != 0 || MarketMaxQuantity % LotSize != 0 || MarketLotSize % LotSize != 0
                ? $"{Name}: marketMinQuantity, marketMaxQuantity and marketLotSize must be whole lots, at least 0, and marketMaxQuantity not below marketMinQuantity and minQty"
                : null;
    }

    private static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    /// <summary>Returns whether the text names a symbol or an asset: 1 to 20 characters of A-Z, 0-9, '-', '_', '.'.</summary>
    public static bool IsName(string? name)
    {
        if (name is null || name.Length is 0 or > 20)
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!(char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character) || character is '-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
