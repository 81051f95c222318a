using Exchange.Benchmarks.Core;
using Exchange.Benchmarks.Workloads;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Benchmarks;

/// <summary>
/// The core as its benchmark drives it: command ring, engine loop, event ring. The matcher inside the workloads' generator is the oracle. W5 has so
/// many orders that the loop looks ahead by itself.
/// </summary>
[TestFixture]
public class CoreExchangeTests
{
    public enum Look
    {
        None,
        AtOrders,
        AtOrdersAndAccounts,
        AtEverything,
    }

    [TestCase(1, 100_000, Look.None)]
    [TestCase(1, 100_000, Look.AtOrders)]
    [TestCase(1, 100_000, Look.AtOrdersAndAccounts)]
    [TestCase(1, 100_000, Look.AtEverything)]
    [TestCase(2, 200_000, Look.None)]
    [TestCase(2, 200_000, Look.AtOrders)]
    [TestCase(2, 200_000, Look.AtEverything)]
    [TestCase(4, 100_000, Look.None)]
    [TestCase(4, 100_000, Look.AtOrders)]
    [TestCase(4, 100_000, Look.AtOrdersAndAccounts)]
    [TestCase(4, 100_000, Look.AtEverything)]
    [TestCase(5, 100_000, Look.AtOrders, Description = "looks at accounts, too, because there are many symbols")]
    [TestCase(5, 100_000, Look.AtEverything)]
    public void The_engine_makes_the_trades_of_the_workload(int number, int benchCount, Look look)
    {
        var workload = Workload.Generate(WorkloadDefinition.All[number - 1], benchCount);
        using var exchange = NewExchange(look);
        exchange.Open(workload.Definition.SymbolCount);
        exchange.Run(workload.Prefill);
        Assert.That(exchange.Tally, Is.EqualTo(workload.PrefillTally));
        exchange.Restart();
        exchange.Run(workload.Bench);

        Assert.That(exchange.FirstReject, Is.Null);
        Assert.That(exchange.Tally, Is.EqualTo(workload.Tally));
        Assert.That(exchange.FindInconsistency(), Is.Null);
    }

    [TestCase(Look.None)]
    [TestCase(Look.AtOrders, Description = "looks ahead through the tree: the ladders have more leaves than their tables find")]
    [TestCase(Look.AtEverything)]
    public void Sparse_prices_over_a_billion_ticks_are_all_kept(Look look)
    {
        var (prefill, bench) = SparseWorkload.Generate(restingOrders: 10_000, benchCount: 50_000);
        using var exchange = NewExchange(look);
        exchange.Open(1);
        exchange.Run(prefill);
        exchange.Run(bench);

        Assert.That(exchange.FirstReject, Is.Null);
        Assert.That(exchange.FindInconsistency(), Is.Null);
    }

    private static CoreExchange NewExchange(Look look) => new()
    {
        LookAheadOrders = look >= Look.AtOrders ? 0 : int.MaxValue,
        LookAheadAccounts = look >= Look.AtOrdersAndAccounts ? 0 : int.MaxValue,
        LookAheadSymbols = look >= Look.AtEverything ? 0 : int.MaxValue,
    };
}
