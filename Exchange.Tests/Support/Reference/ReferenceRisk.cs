using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>Filters, order counts and reference prices of the reference exchange.</summary>
public sealed class ReferenceRisk
{
    private const long TenSecondsUs = 10_000_000;
    private const long DayUs = 86_400_000_000;
    private const long BucketUs = 5_000_000;
    private const int BucketsPerMinute = 12;

    private readonly Dictionary<int, (int Per10Seconds, int PerDay)> _limits = [];
    private readonly Dictionary<(int AccountId, long WindowUs, long Window), long> _counts = [];
    private readonly Dictionary<int, List<(long Bucket, long Price, long Quantity)>> _trades = [];

    public void OpenAccount(int accountId, int limitPer10Seconds, int limitPerDay) =>
        _limits[accountId] = (limitPer10Seconds, limitPerDay);

    /// <summary>Returns None, or the first limit or filter that a new order breaks.</summary>
    public RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, int openOrders, long timeUs)
    {
        var limits = _limits[order.AccountId];
        if (limits.Per10Seconds > 0 && Count(order.AccountId, TenSecondsUs, timeUs) >= limits.Per10Seconds)
        {
            return RejectReason.TooManyOrdersPer10Seconds;
        }

        if (limits.PerDay > 0 && Count(order.AccountId, DayUs, timeUs) >= limits.PerDay)
        {
            return RejectReason.TooManyOrdersPerDay;
        }

        if (order.OrderType != OrderType.Market)
        {
            return CheckLimitOrder(order, symbol, openOrders, timeUs);
        }

        return order.Flags.HasFlag(OrderFlags.QuoteQuantity)
            ? CheckMarketNotional(symbol, order.Quantity)
            : CheckMarketQuantity(order, symbol, timeUs);
    }

    /// <summary>Returns None, or the filter that an open order breaks at its new price.</summary>
    public RejectReason CheckMove(Symbol symbol, Side side, long newPrice, long leaves, long timeUs)
    {
        if (CheckPrice(symbol, side, newPrice, timeUs) is var reason and not RejectReason.None)
        {
            return reason;
        }

        return CheckNotional(symbol, Notional(symbol, newPrice, leaves), applyMin: true, applyMax: true, applyMinFilter: true);
    }

    public void OnOrderAccepted(int accountId, long timeUs) => ChangeCounts(accountId, 1, timeUs);

    public void OnFirstFill(int accountId, bool isMaker, long timeUs) => ChangeCounts(accountId, isMaker ? -5 : -1, timeUs);

    public void OnTrade(Symbol symbol, long price, long quantity, long timeUs)
    {
        if (!_trades.TryGetValue(symbol.Id, out var trades))
        {
            _trades.Add(symbol.Id, trades = []);
        }

        trades.Add((timeUs / BucketUs, price, quantity));
    }

    /// <summary>Returns the price that market orders are measured by, in ticks, or null before the first trade.</summary>
    public long? ReferencePrice(Symbol symbol, long timeUs)
    {
        if (!_trades.TryGetValue(symbol.Id, out var trades))
        {
            return null;
        }

        var oldestBucket = timeUs / BucketUs - (long)symbol.Spec.AvgPriceMins * BucketsPerMinute;
        var window = trades.Where(trade => trade.Bucket > oldestBucket).ToList();
        if (symbol.Spec.AvgPriceMins == 0 || window.Count == 0)
        {
            return trades[^1].Price;
        }

        var value = window.Aggregate((Int128)0, (sum, trade) => sum + (Int128)trade.Price * trade.Quantity);
        var quantity = window.Aggregate((Int128)0, (sum, trade) => sum + trade.Quantity);
        return (long)(value / quantity);
    }

    /// <summary>Returns the account's count in the window of <paramref name="windowUs"/> that contains the time.</summary>
    public long Count(int accountId, long windowUs, long timeUs) =>
        _counts.GetValueOrDefault((accountId, windowUs, timeUs / windowUs));

    private RejectReason CheckLimitOrder(in CommandSlot order, Symbol symbol, int openOrders, long timeUs)
    {
        if (CheckPrice(symbol, order.Side, order.Price, timeUs) is var priceReason and not RejectReason.None)
        {
            return priceReason;
        }

        if (order.Quantity < symbol.MinQuantity || order.Quantity > symbol.MaxQuantity)
        {
            return RejectReason.LotSize;
        }

        var notional = Notional(symbol, order.Price, order.Quantity);
        if (CheckNotional(symbol, notional, applyMin: true, applyMax: true, applyMinFilter: true) is var reason and not RejectReason.None)
        {
            return reason;
        }

        return order.TimeInForce == TimeInForce.Gtc && openOrders >= symbol.Spec.MaxNumOrders
            ? RejectReason.MaxNumOrders
            : RejectReason.None;
    }

    private static RejectReason CheckMarketNotional(Symbol symbol, Int128 notional) =>
        CheckNotional(symbol, notional, symbol.Spec.ApplyMinToMarket, symbol.Spec.ApplyMaxToMarket, symbol.Spec.ApplyMinNotionalFilterToMarket);

    /// <summary>The price itself, then the price as a part of the reference price: in decimals, so that nothing is shared with the engine.</summary>
    private RejectReason CheckPrice(Symbol symbol, Side side, long price, long timeUs)
    {
        if (price < symbol.MinPrice || price > symbol.MaxPrice)
        {
            return RejectReason.PriceFilter;
        }

        var spec = symbol.Spec;
        var up = (side == Side.Buy ? spec.BidMultiplierUp : spec.AskMultiplierUp) / (decimal)FixedPoint.One;
        var down = (side == Side.Buy ? spec.BidMultiplierDown : spec.AskMultiplierDown) / (decimal)FixedPoint.One;
        return up != 0 && ReferencePrice(symbol, timeUs) is { } reference && (price > reference * up || price < reference * down)
            ? RejectReason.PercentPriceBySide
            : RejectReason.None;
    }

    private static RejectReason CheckNotional(Symbol symbol, Int128 notional, bool applyMin, bool applyMax, bool applyMinFilter)
    {
        var tooSmall = applyMin && symbol.MinNotional != 0 && notional < symbol.MinNotional;
        var tooLarge = applyMax && symbol.MaxNotional != 0 && notional > symbol.MaxNotional;
        if (tooSmall || tooLarge)
        {
            return RejectReason.Notional;
        }

        return applyMinFilter && notional < symbol.MinNotionalFilter ? RejectReason.MinNotional : RejectReason.None;
    }

    private static Int128 Notional(Symbol symbol, long price, long quantity) =>
        (Int128)price * quantity * symbol.QuoteUnitsPerTickLot;

    private RejectReason CheckMarketQuantity(in CommandSlot order, Symbol symbol, long timeUs)
    {
        if (order.Quantity < symbol.MinQuantity || order.Quantity > symbol.MaxQuantity)
        {
            return RejectReason.LotSize;
        }

        if (!IsMarketLotSize(symbol.Spec, order.Quantity * symbol.Spec.LotSize))
        {
            return RejectReason.MarketLotSize;
        }

        return ReferencePrice(symbol, timeUs) is { } price
            ? CheckMarketNotional(symbol, Notional(symbol, price, order.Quantity))
            : RejectReason.None;
    }

    /// <param name="quantity">10^-8.</param>
    private static bool IsMarketLotSize(SymbolSpec spec, long quantity) =>
        spec.MarketMaxQuantity == 0
        || (quantity >= spec.MarketMinQuantity && quantity <= spec.MarketMaxQuantity && (spec.MarketLotSize == 0 || quantity % spec.MarketLotSize == 0));

    private void ChangeCounts(int accountId, int change, long timeUs)
    {
        foreach (var windowUs in new[] { TenSecondsUs, DayUs })
        {
            var count = Count(accountId, windowUs, timeUs) + change;
            _counts[(accountId, windowUs, timeUs / windowUs)] = Math.Max(0, count);
        }
    }
}
