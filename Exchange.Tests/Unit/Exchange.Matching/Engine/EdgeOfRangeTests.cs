using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>The greatest numbers that a market admits: every product stays exact, and what lies beyond is a reject.</summary>
[TestFixture]
public sealed class EdgeOfRangeTests
{
    private const int Coin = 0;
    private const int Cash = 1;

    /// <summary>The largest market of whole units: 10^9 ticks, and as many lots as keep the product below 2^62.</summary>
    private static SymbolSpec Largest => new()
    {
        Name = "COINCASH",
        BaseAsset = "COIN",
        BaseScale = 0,
        QuoteAsset = "CASH",
        QuoteScale = 0,
        TickSize = FixedPoint.One,
        MinPrice = FixedPoint.One,
        MaxPrice = 1_000_000_000 * FixedPoint.One,
        LotSize = FixedPoint.One,
        MinQuantity = FixedPoint.One,
        MaxQuantity = MaxLots * FixedPoint.One,
        MakerFeePpm = 1_000_000,
        TakerFeePpm = 1,
    };

    private const long MaxPrice = 1_000_000_000;
    private const long MaxLots = 4_611_686_018;
    private const long MaxSupply = 1L << 62;

    private EngineExchange _exchange = null!;

    [SetUp]
    public void Open()
    {
        _exchange = new EngineExchange(GenesisCommand.Default(ExchangeMode.Sandbox));
        Assert.That(_exchange.AddSymbol(Largest, 1).OfType<Rejected>(), Is.Empty);
        _exchange.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(Cash, MaxSupply)] }, 1);
        _exchange.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(Coin, MaxSupply)] }, 1);
    }

    [TearDown]
    public void Close()
    {
        Assert.That(() => _exchange.CheckInvariants(), Throws.Nothing);
        Assert.That(_exchange.Engine.LastInternalError, Is.Null);
        _exchange.Dispose();
    }

    [Test]
    public void The_greatest_order_trades_exactly()
    {
        _exchange.Execute(CommandSlots.Limit(2, Side.Sell, MaxPrice, MaxLots), 2);

        var outcome = _exchange.Execute(CommandSlots.Limit(1, Side.Buy, MaxPrice, MaxLots), 2);

        var quote = MaxPrice * MaxLots;
        var trade = outcome.OfType<Traded>().Single();
        Assert.That((trade.Quantity, trade.MakerFee), Is.EqualTo((MaxLots, quote)), "a fee of 100 % takes all that the maker receives");
        Assert.That(trade.TakerFee, Is.EqualTo((MaxLots + 999_999) / 1_000_000), "rounded up");
        Assert.That(_exchange.Balance(1, Cash), Is.EqualTo(new Funds(MaxSupply - quote, 0)));
        Assert.That(_exchange.Balance(1, Coin), Is.EqualTo(new Funds(MaxLots - trade.TakerFee, 0)));
        Assert.That(_exchange.Balance(2, Cash), Is.EqualTo(new Funds(0, 0)));
        Assert.That(_exchange.Balance(2, Coin), Is.EqualTo(new Funds(MaxSupply - MaxLots, 0)));
    }

    [TestCase(MaxPrice + 1, 1L, RejectReason.PriceFilter)]
    [TestCase(long.MaxValue, long.MaxValue, RejectReason.PriceFilter)]
    [TestCase(MaxPrice, MaxLots + 1, RejectReason.LotSize)]
    [TestCase(MaxPrice, long.MaxValue, RejectReason.LotSize)]
    [TestCase(1L, long.MaxValue, RejectReason.LotSize)]
    [TestCase(long.MinValue, 1L, RejectReason.InvalidPrice)]
    [TestCase(1L, long.MinValue, RejectReason.InvalidQuantity)]
    public void An_order_beyond_the_range_is_refused(long price, long quantity, RejectReason reason)
    {
        foreach (var side in (Side[])[Side.Buy, Side.Sell])
        {
            Assert.That(_exchange.Execute(CommandSlots.Limit(1, side, price, quantity), 2), Is.EqualTo((ExchangeEvent[])[new Rejected(reason)]), $"{side}");
        }
    }

    [Test]
    public void The_supply_of_an_asset_ends_at_2_to_the_62()
    {
        Assert.That(Adjust(1, Cash, 1), Is.EqualTo(new Rejected(RejectReason.BalanceOverflow)));
        Assert.That(Adjust(1, Cash, long.MaxValue), Is.EqualTo(new Rejected(RejectReason.BalanceOverflow)));
        Assert.That(Adjust(1, Cash, long.MinValue), Is.EqualTo(new Rejected(RejectReason.InsufficientBalance)));
        Assert.That(Adjust(1, Cash, -MaxSupply), Is.EqualTo(new Adjusted(1, Cash, -MaxSupply)));
        Assert.That(Adjust(2, Cash, MaxSupply), Is.EqualTo(new Adjusted(2, Cash, MaxSupply)));
        Assert.That(
            _exchange.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(Coin, 1)] }, 2).Single(), Is.EqualTo(new Rejected(RejectReason.BalanceOverflow)));
    }

    [Test]
    public void A_market_order_by_the_greatest_amount_takes_what_there_is()
    {
        _exchange.Execute(CommandSlots.Limit(2, Side.Sell, 1, 5), 2);
        _exchange.Execute(CommandSlots.Limit(2, Side.Sell, MaxPrice, 5), 2);

        var outcome = _exchange.Execute(CommandSlots.MarketFor(1, Side.Buy, long.MaxValue), 2);

        Assert.That(outcome.OfType<Traded>().Select(trade => (trade.Price, trade.Quantity)), Is.EqualTo(((long, long)[])[(1, 5), (MaxPrice, 5)]));
        Assert.That(outcome.OfType<Expired>().Single().Leaves, Is.Zero);
    }

    [Test]
    public void A_full_side_of_greatest_orders_is_swept_exactly()
    {
        // One lot at the highest price and the rest far below: the levels lie 10^9 ticks apart.
        long[] prices = [1, 2, 64, 4_096, 262_144, 16_777_216, 999_999_999, MaxPrice];
        foreach (var price in prices)
        {
            _exchange.Execute(CommandSlots.Limit(2, Side.Sell, price, 3), 2);
        }

        var outcome = _exchange.Execute(CommandSlots.Limit(1, Side.Buy, MaxPrice, 3 * prices.Length), 2);

        Assert.That(outcome.OfType<Traded>().Select(trade => trade.Price), Is.EqualTo(prices));
        Assert.That(_exchange.Balance(1, Cash), Is.EqualTo(new Funds(MaxSupply - 3 * prices.Sum(), 0)));
        Assert.That(_exchange.OpenOrders(0, Side.Sell), Is.Empty);
    }

    [Test]
    public void A_bid_at_each_end_of_a_billion_ticks_keeps_its_place()
    {
        foreach (var price in (long[])[1, MaxPrice, 500_000_000, 2, MaxPrice - 1])
        {
            _exchange.Execute(CommandSlots.Limit(1, Side.Buy, price, 1), 2);
        }

        Assert.That(_exchange.OpenOrders(0, Side.Buy).Select(order => order.Price), Is.EqualTo((long[])[MaxPrice, MaxPrice - 1, 500_000_000, 2, 1]));
        var moved = _exchange.Execute(CommandSlots.Move(1, orderId: 1, newPrice: MaxPrice), 2);
        Assert.That(moved.OfType<Moved>().Single().HeldChange, Is.EqualTo(MaxPrice - 1));
        Assert.That(_exchange.OpenOrders(0, Side.Buy).Select(order => order.OrderId), Is.EqualTo((long[])[2, 1, 5, 3, 4]));
    }

    private ExchangeEvent Adjust(int accountId, int assetId, long change) =>
        _exchange.AdjustBalance(new AdjustBalanceCommand(accountId, assetId, change), 2).Single();
}
