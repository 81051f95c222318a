using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Workloads;

/// <summary>Symbols and accounts on which the workloads run: every filter and limit is on, none is ever met.</summary>
internal static class WorkloadMarket
{
    /// <summary>Units of each asset that an account gets.</summary>
    public const long Funds = 1_000_000_000_000_000;

    /// <summary>A currency pair of 10^9 ticks, wherever the workload's prices lie in them: a tick is 0.001, a lot 0.00001.</summary>
    public static SymbolSpec Spec(int number, string baseAsset) => new()
    {
        Name = FormattableString.Invariant($"{baseAsset}USDT{number}"),
        BaseAsset = baseAsset,
        QuoteAsset = "USDT",
        TickSize = FixedPoint.One / 1_000,
        MinPrice = FixedPoint.One / 1_000,
        MaxPrice = 1_000_000 * FixedPoint.One,
        LotSize = FixedPoint.One / 100_000,
        MinQuantity = FixedPoint.One / 100_000,
        MaxQuantity = 9_000 * FixedPoint.One,
        MinNotional = FixedPoint.One / 10_000,
        MaxNotional = 9_000_000 * FixedPoint.One,
        MinNotionalFilter = FixedPoint.One / 10_000,
        MarketMinQuantity = FixedPoint.One / 100_000,
        MarketMaxQuantity = 100 * FixedPoint.One,
        MarketLotSize = FixedPoint.One / 100_000,
        BidMultiplierUp = 5 * FixedPoint.One,
        BidMultiplierDown = FixedPoint.One / 5,
        AskMultiplierUp = 5 * FixedPoint.One,
        AskMultiplierDown = FixedPoint.One / 5,
        MaxNumOrders = 100_000,
    };

    /// <summary>An account that may place more orders than any workload has, and is counted all the same.</summary>
    public static OpenAccountCommand Account(params int[] assetIds) => new()
    {
        OrderLimitPer10Seconds = 100_000_000,
        OrderLimitPerDay = 1_000_000_000,
        Deposits = [.. assetIds.Select(assetId => new AssetAmount(assetId, Funds))],
    };
}
