using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>Fills are found, settled and removed some at a time: the outcome does not tell where one lot of them ends and the next begins.</summary>
[TestFixture]
public sealed class SweepTests
{
    private const int Maker = 1;
    private const int Taker = 2;
    private const int MakersPerLevel = 3;
    private const int LotsPerMaker = 2;

    /// <summary>So many makers, three to a price, and an order for all of their lots, or for all but one.</summary>
    [Test]
    public void A_taker_meets_every_maker_in_turn_however_many(
        [Values(1, 31, 32, 33, 63, 64, 65, 96, 130)] int makers, [Values(0, 1)] int lotsLeft, [Values] Side takerSide, [Values(10_000, 33, 32, 7)] int workLimit)
    {
        using var exchange = NewExchange(workLimit);
        var makerSide = takerSide.Opposite();
        for (var i = 0; i < makers; i++)
        {
            exchange.Execute(CommandSlots.Limit(Maker, makerSide, PriceOf(i, makerSide), LotsPerMaker), 1);
        }

        var wanted = makers * LotsPerMaker - lotsLeft;
        var outcome = exchange.Execute(CommandSlots.Limit(Taker, takerSide, PriceOf(makers, makerSide), wanted, TimeInForce.Ioc), 2);

        var trades = outcome.OfType<Traded>().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(trades.Select(trade => trade.MakerOrderId), Is.EqualTo(Enumerable.Range(1, makers)));
            Assert.That(trades.Select(trade => trade.TradeId), Is.EqualTo(Enumerable.Range(1, makers)));
            Assert.That(trades.Select(trade => trade.AggregateTradeId), Is.EqualTo(Enumerable.Range(0, makers).Select(i => 1 + i / MakersPerLevel)));
            Assert.That(trades.Select(trade => trade.Price), Is.EqualTo(Enumerable.Range(0, makers).Select(i => PriceOf(i, makerSide))));
            Assert.That(trades.Select(trade => trade.Quantity), Is.EqualTo(Enumerable.Range(0, makers).Select(i => i < makers - 1 ? LotsPerMaker : LotsPerMaker - lotsLeft)));
            Assert.That(trades.Select(trade => trade.MakerFilled), Is.EqualTo(Enumerable.Range(0, makers).Select(i => i < makers - 1 || lotsLeft == 0)));
            Assert.That(outcome.OfType<Filled>().Select(filled => filled.OrderId), Is.EqualTo([makers + 1]));
            Assert.That(exchange.OpenOrders(0, makerSide).Select(order => (order.OrderId, order.Leaves)), Is.EqualTo(lotsLeft == 0 ? [] : new[] { ((long)makers, 1L) }));
            Assert.That(exchange.Engine.FindInconsistency(), Is.Null);
        });
    }

    [Test]
    public void An_order_that_is_good_till_cancelled_rests_with_what_the_makers_leave_of_it([Values(1, 32, 33)] int makers)
    {
        using var exchange = NewExchange(workLimit: 10_000);
        for (var i = 0; i < makers; i++)
        {
            exchange.Execute(CommandSlots.Limit(Maker, Side.Sell, PriceOf(i, Side.Sell), LotsPerMaker), 1);
        }

        var price = PriceOf(makers, Side.Sell);
        var outcome = exchange.Execute(CommandSlots.Limit(Taker, Side.Buy, price, makers * LotsPerMaker + 5, clientOrderId: "rests"), 2);

        Assert.That(outcome.OfType<Rested>().Select(rested => (rested.OrderId, rested.Leaves)), Is.EqualTo([((long)makers + 1, 5L)]));
        Assert.That(exchange.OpenOrders(0, Side.Buy), Is.EqualTo([new RestingOrder(makers + 1, Taker, "rests", price, 5)]));
        Assert.That(exchange.Engine.FindInconsistency(), Is.Null);
    }

    private static EngineExchange NewExchange(int workLimit)
    {
        var exchange = new EngineExchange(GenesisCommand.Default(ExchangeMode.Sandbox) with { WorkLimit = workLimit });
        exchange.AddSymbol(SampleSymbols.Spec, 1);
        for (var account = Maker; account <= Taker; account++)
        {
            exchange.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(0, 100_000_000), new AssetAmount(1, 100_000_000)] }, 1);
        }

        return exchange;
    }

    /// <summary>The best price first.</summary>
    private static long PriceOf(int maker, Side makerSide) => makerSide == Side.Sell ? 400 + maker / MakersPerLevel : 400 - maker / MakersPerLevel;
}
