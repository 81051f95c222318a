namespace Exchange.Benchmarks.Workloads;

/// <summary>
/// The five workloads and what an engine must make of them. Every number is part of their published definition: an engine, or a
/// generator, that differs has a bug.
/// </summary>
/// <param name="Number">1 to 5: seeds the generator.</param>
/// <param name="SymbolCount">Symbols; each has a generator of its own.</param>
/// <param name="TargetOrders">Resting orders per symbol that the mix keeps.</param>
/// <param name="PrefillCount">Commands that fill the book; not measured.</param>
/// <param name="BenchCount">Commands behind them.</param>
/// <param name="MaxOrderId">Orders placed, prefill included; ids are 1 to this number.</param>
/// <param name="PrefillTrades">Trades of the prefill.</param>
/// <param name="Expected">Trades of the bench part.</param>
/// <param name="RecordHash">FNV-1a, 64 bits, of all commands' bytes.</param>
internal sealed record WorkloadDefinition(
    int Number,
    string Description,
    int SymbolCount,
    int TargetOrders,
    int PrefillCount,
    int BenchCount,
    long MaxOrderId,
    int PrefillTrades,
    TradeTally Expected,
    ulong RecordHash)
{
    /// <summary>Owners of orders: 1 to this number.</summary>
    public const int UserCount = 1_000;

    public static IReadOnlyList<WorkloadDefinition> All { get; } =
    [
        new(1, "mix of exchange-core: 1,000 resting, 82 % moves", 1, 1_000, 1_000, 3_000_000, 361_922, 10,
            new TradeTally(173_941, 1_512_496, 60_541_815_226, 0xf47b1ad5cb6b7e49), 0xfed38db34e3e5a91),
        new(2, "ITCH-like: 10,000 resting, adds and cancels near the best prices", 1, 10_000, 10_000, 3_000_000, 1_770_597, 0,
            new TradeTally(514_737, 10_187_360, 408_004_524_703, 0xcecec62ba99408c8), 0x4ce1a49b0ac15dba),
        new(3, "deep: 1,000,000 resting on 10,000 levels", 1, 1_000_000, 1_000_000, 3_000_000, 2_650_003, 0,
            new TradeTally(594_795, 15_194_105, 607_831_288_055, 0x512811e86b3bdf75), 0x66a05cc726781191),
        new(4, "sweeps of 50 levels, refilled in random order", 1, 400, 800, 2_020_000, 2_020_800, 0,
            new TradeTally(2_000_000, 10_997_919, 439_916_806_807, 0x790addb560b57d0f), 0x5b5e500501356790),
        new(5, "the mix of W1 on 1,000 symbols in turn, 200 resting each", 1_000, 200, 200_000, 3_000_000, 564_780, 1_013,
            new TradeTally(180_584, 1_552_242, 62_089_640_028, 0x9641164cece2ad39), 0x1230080db0cddf58),
    ];

    public string Name => FormattableString.Invariant($"W{Number}");

    public static WorkloadDefinition W1 => All[0];
}
