using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>Who has placed an order on a symbol keeps a list there for ever: so nobody gets one by what is refused, the short way or the long one.</summary>
[TestFixture]
public sealed class AccountListTests
{
    private const int Cash = 1;
    private EngineExchange _exchange = null!;

    /// <summary>Two symbols on which account 2 buys at 10; account 1 has placed an order on the first one, and its prices are remembered.</summary>
    [SetUp]
    public void Open()
    {
        _exchange = new EngineExchange(GenesisCommand.Default(ExchangeMode.Sandbox));
        _exchange.AddSymbol(SampleSymbols.Spec, 1);
        _exchange.AddSymbol(SampleSymbols.Spec with { Name = "TOKENCASH", BaseAsset = "TOKEN" }, 1);
        _exchange.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(Cash, 100_000)] }, 1);
        _exchange.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(Cash, 100_000)] }, 1);
        Assert.That(RejectOf(Limit(2, 0, Side.Buy, 10, 1)), Is.Null);
        Assert.That(RejectOf(Limit(2, 1, Side.Buy, 10, 1)), Is.Null);
        Assert.That(RejectOf(Limit(1, 0, Side.Buy, 10, 1)), Is.Null);
        Assert.That(_exchange.Engine.AccountOrdersCount, Is.EqualTo(3));
    }

    [TearDown]
    public void Close()
    {
        Assert.That(() => _exchange.CheckInvariants(), Throws.Nothing);
        _exchange.Dispose();
    }

    [TestCase(Side.Buy, 1_000, 1_000, TimeInForce.Gtc, RejectReason.InsufficientBalance)]
    [TestCase(Side.Buy, 1_000, 1_000, TimeInForce.Ioc, RejectReason.InsufficientBalance)]
    [TestCase(Side.Sell, 500, 1, TimeInForce.Gtc, RejectReason.InsufficientBalance)]
    [TestCase(Side.Sell, 10, 1, TimeInForce.Gtc, RejectReason.InsufficientBalance, Description = "it would trade")]
    [TestCase(Side.Buy, 1_001, 1, TimeInForce.Gtc, RejectReason.PriceFilter)]
    public void An_order_that_is_refused_leaves_none(Side side, long price, long quantity, TimeInForce timeInForce, RejectReason reason)
    {
        Assert.That(RejectOf(Limit(1, 1, side, price, quantity) with { TimeInForce = timeInForce }), Is.EqualTo(reason));
        Assert.That(_exchange.Engine.AccountOrdersCount, Is.EqualTo(3));
    }

    [Test]
    public void Nor_does_one_on_a_symbol_that_is_halted_or_one_of_a_symbol_or_an_account_that_nobody_has()
    {
        _exchange.SetQuarantine(new QuarantineCommand(0, 2, 1), cancelOnly: true, 2);
        RejectReason?[] results =
        [
            RejectOf(Limit(1, 1, Side.Buy, 10, 1)),
            RejectOf(Limit(1, 7, Side.Buy, 10, 1)),
            RejectOf(Limit(3, 1, Side.Buy, 10, 1)),
            RejectOf(Limit(-1, -1, Side.Buy, 10, 1)),
            RejectOf(Limit(0, 0, Side.Buy, 10, 1)),
        ];
        Assert.That(results, Is.EqualTo(new RejectReason?[]
        {
            RejectReason.MarketClosed, RejectReason.UnknownSymbol, RejectReason.UnknownAccount, RejectReason.UnknownSymbol, RejectReason.UnknownAccount,
        }));
        Assert.That(_exchange.Engine.AccountOrdersCount, Is.EqualTo(3));
    }

    [Test]
    public void One_that_rests_gets_one_and_the_next_has_it()
    {
        Assert.That(RejectOf(Limit(1, 1, Side.Buy, 9, 1)), Is.Null);
        Assert.That(RejectOf(Limit(1, 1, Side.Buy, 8, 1)), Is.Null);
        Assert.That((_exchange.Engine.AccountOrdersCount, _exchange.Engine.RestingOrders), Is.EqualTo((4, 5)));
    }

    private static CommandSlot Limit(int account, int symbol, Side side, long price, long quantity) =>
        CommandSlots.Limit(account, side, price, quantity) with { SymbolId = symbol };

    private RejectReason? RejectOf(CommandSlot order) => _exchange.Execute(order, 2).OfType<Rejected>().SingleOrDefault()?.Reason;
}
