namespace Exchange.Matching.Types;

/// <summary>
/// A symbol in the core's own integers: prices in ticks, quantities in lots, amounts in units of an asset.
/// Immutable; every thread may read it. For every order that passes the filters, all products below are exact and fit in 2^62.
/// </summary>
public sealed class Symbol
{
    /// <summary>Builds the symbol of a validated <paramref name="spec"/>.</summary>
    /// <exception cref="ArgumentException">The spec is invalid: callers validate first, so this is a bug.</exception>
    public Symbol(int id, SymbolSpec spec, Asset baseAsset, Asset quoteAsset)
    {
        if (spec.Validate() is { } error)
        {
            throw new ArgumentException(error, nameof(spec));
        }

        _numbers.Id = id;
        Spec = spec;
        Name = spec.Name;
        BaseAsset = baseAsset;
        QuoteAsset = quoteAsset;
        _numbers.MinPrice = spec.MinPrice / spec.TickSize;
        _numbers.MaxPrice = spec.MaxPrice / spec.TickSize;
        _numbers.MinQuantity = spec.MinQuantity / spec.LotSize;
        _numbers.MaxQuantity = spec.MaxQuantity / spec.LotSize;
        _numbers.BaseUnitsPerLot = spec.LotSize / FixedPoint.PowerOfTen(FixedPoint.Scale - baseAsset.Scale);
        _numbers.QuoteUnitsPerTickLot = (long)((Int128)spec.TickSize * spec.LotSize
            / FixedPoint.PowerOfTen(FixedPoint.Scale) / FixedPoint.PowerOfTen(FixedPoint.Scale - quoteAsset.Scale));
        MinNotional = spec.MinNotional / FixedPoint.PowerOfTen(FixedPoint.Scale - quoteAsset.Scale);
        MaxNotional = spec.MaxNotional / FixedPoint.PowerOfTen(FixedPoint.Scale - quoteAsset.Scale);
        MinNotionalFilter = spec.MinNotionalFilter / FixedPoint.PowerOfTen(FixedPoint.Scale - quoteAsset.Scale);
        _numbers.LeastNotional = Math.Max(MinNotional, MinNotionalFilter);
        _numbers.GreatestNotional = MaxNotional == 0 ? long.MaxValue : MaxNotional;
        MarketMinQuantity = Math.Max(MinQuantity, spec.MarketMinQuantity / spec.LotSize);
        MarketMaxQuantity = spec.HasMarketLotSize ? Math.Min(MaxQuantity, spec.MarketMaxQuantity / spec.LotSize) : MaxQuantity;
        MarketLotStep = Math.Max(1, spec.MarketLotSize / spec.LotSize);
        HasPercentPriceBySide = spec.HasPercentPriceBySide;
        _numbers.BaseAssetId = baseAsset.Id;
        _numbers.QuoteAssetId = quoteAsset.Id;
        _numbers.MaxNumOrders = spec.MaxNumOrders;
        _numbers.MakerFeePpm = spec.MakerFeePpm;
        _numbers.TakerFeePpm = spec.TakerFeePpm;
    }

    private readonly SymbolNumbers _numbers;

    /// <summary>What every order is checked against and computed with.</summary>
    public ref readonly SymbolNumbers Numbers => ref _numbers;

    /// <summary>Position in the order of creation, from 0.</summary>
    public int Id => _numbers.Id;

    public string Name { get; }

    public SymbolSpec Spec { get; }

    public Asset BaseAsset { get; }

    /// <summary>Id of <see cref="BaseAsset"/>.</summary>
    public int BaseAssetId => _numbers.BaseAssetId;

    /// <summary>Id of <see cref="QuoteAsset"/>.</summary>
    public int QuoteAssetId => _numbers.QuoteAssetId;

    /// <summary>Open orders that one account may have.</summary>
    public int MaxNumOrders => _numbers.MaxNumOrders;

    public int MakerFeePpm => _numbers.MakerFeePpm;

    public int TakerFeePpm => _numbers.TakerFeePpm;

    public Asset QuoteAsset { get; }

    /// <summary>Ticks.</summary>
    public long MinPrice => _numbers.MinPrice;

    /// <summary>Ticks.</summary>
    public long MaxPrice => _numbers.MaxPrice;

    /// <summary>Lots.</summary>
    public long MinQuantity => _numbers.MinQuantity;

    /// <summary>Lots.</summary>
    public long MaxQuantity => _numbers.MaxQuantity;

    /// <summary>Units of the quote asset; 0 disables.</summary>
    public long MinNotional { get; }

    /// <summary>Units of the quote asset; 0 disables.</summary>
    public long MaxNotional { get; }

    /// <summary>Of the filter MIN_NOTIONAL, units of the quote asset; 0 disables.</summary>
    public long MinNotionalFilter { get; }

    /// <summary>Lots; LOT_SIZE and MARKET_LOT_SIZE together.</summary>
    public long MarketMinQuantity { get; }

    /// <summary>Lots; LOT_SIZE and MARKET_LOT_SIZE together.</summary>
    public long MarketMaxQuantity { get; }

    /// <summary>Lots, at least 1, of which a market order's quantity is a multiple.</summary>
    public long MarketLotStep { get; }

    public bool HasPercentPriceBySide { get; }

    /// <summary>Units of the quote asset that one lot costs at one tick.</summary>
    public long QuoteUnitsPerTickLot => _numbers.QuoteUnitsPerTickLot;

    /// <summary>Returns the quote units of <paramref name="quantity"/> lots at <paramref name="price"/> ticks.</summary>
    public long Notional(long price, long quantity) => _numbers.Notional(price, quantity);

    /// <summary>Returns the base units of <paramref name="quantity"/> lots.</summary>
    public long BaseAmount(long quantity) => _numbers.BaseAmount(quantity);

    /// <summary>Returns the asset that an order of <paramref name="side"/> pays with: what it holds while open.</summary>
    public Asset PaidAsset(Side side) => side == Side.Buy ? QuoteAsset : BaseAsset;

    /// <summary>Returns the id of <see cref="PaidAsset"/>.</summary>
    public int PaidAssetId(Side side) => _numbers.PaidAssetId(side);

    /// <summary>Returns what a limit order of <paramref name="quantity"/> lots at <paramref name="price"/> ticks holds, in units of its paid asset.</summary>
    public long HoldFor(Side side, long price, long quantity) => _numbers.HoldFor(side, price, quantity);
}
