using Exchange.Matching.Types;

namespace Exchange.Host.Sandbox.MarketMaking;

/// <summary>How one market is made. Prices and quantities in 10^-8.</summary>
/// <param name="Symbol">Its name; a market that does not exist is left out.</param>
/// <param name="StartPrice">Where the reference price begins, and what it is drawn back to; it stays between half and twice of it.</param>
/// <param name="LeastQuote">Smallest quantity of a quote.</param>
/// <param name="MostQuote">Largest quantity of a quote.</param>
/// <param name="LeastTake">Smallest quantity of a taker's order.</param>
/// <param name="MostTake">Largest quantity of a taker's order.</param>
internal sealed record MarketProfile(string Symbol, long StartPrice, long LeastQuote, long MostQuote, long LeastTake, long MostTake)
{
    /// <summary>Quotes on each side.</summary>
    public const int Levels = 8;

    /// <summary>Distance between two quotes, and between the best ones, in parts per million of the start price.</summary>
    public const int SpacingPpm = 200;

    /// <summary>Largest move of the reference price in one step, in parts per million of it: some 0.7 % in an hour of steps.</summary>
    public const int StepPpm = 200;

    /// <summary>In each step the distance to the start price shrinks by this fraction: halved in about two hours of steps.</summary>
    public const int ReversionSteps = 10_000;

    /// <summary>A taker comes in one of this many steps.</summary>
    public const int TakeOneIn = 4;

    /// <summary>The markets that a fresh sandbox has.</summary>
    public static IReadOnlyList<MarketProfile> Seeded { get; } =
    [
        Of("BTCUSDT", 60_000 * FixedPoint.One, unit: FixedPoint.One / 10),
        Of("ETHUSDT", 3_000 * FixedPoint.One, unit: 2 * FixedPoint.One),
        Of("ETHBTC", FixedPoint.One / 20, unit: 2 * FixedPoint.One),
        Of("SOLUSDT", 150 * FixedPoint.One, unit: 40 * FixedPoint.One),
    ];

    /// <summary>What the two accounts begin with and are brought back to, whole units.</summary>
    public static IReadOnlyList<(string Asset, long Whole)> Inventory { get; } =
        [("USDT", 1_000_000_000), ("BTC", 20_000), ("ETH", 400_000), ("SOL", 8_000_000)];

    private static MarketProfile Of(string symbol, long startPrice, long unit) =>
        new(symbol, startPrice, LeastQuote: unit, MostQuote: 10 * unit, LeastTake: unit / 100, MostTake: unit / 5);
}
