using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Risk;

/// <summary>Prices 10 to 100 ticks, quantities 5 to 50 lots, notional 1,000.00 to 2,000.00, at most 3 open orders.</summary>
public sealed class FilterTests
{
    private const long Now = 1_704_067_200_000_000;

    private static SymbolSpec Spec => SampleSymbols.Spec with
    {
        MinPrice = 10 * FixedPoint.One,
        MaxPrice = 100 * FixedPoint.One,
        MinQuantity = 5 * FixedPoint.One,
        MaxQuantity = 50 * FixedPoint.One,
        MinNotional = 1_000 * FixedPoint.One,
        MaxNotional = 2_000 * FixedPoint.One,
        ApplyMaxToMarket = true,
        MaxNumOrders = 3,
    };

    private static SymbolSpec WithoutNotional => Spec with { MinNotional = 0, MaxNotional = 0 };

    [TestCase(9, ExpectedResult = RejectReason.PriceFilter)]
    [TestCase(10, ExpectedResult = RejectReason.None)]
    [TestCase(11, ExpectedResult = RejectReason.None)]
    [TestCase(99, ExpectedResult = RejectReason.None)]
    [TestCase(100, ExpectedResult = RejectReason.None)]
    [TestCase(101, ExpectedResult = RejectReason.PriceFilter)]
    [TestCase(0, ExpectedResult = RejectReason.PriceFilter)]
    [TestCase(long.MinValue, ExpectedResult = RejectReason.PriceFilter)]
    [TestCase(long.MaxValue, ExpectedResult = RejectReason.PriceFilter)]
    public RejectReason Price_lies_within_its_bounds(long price)
    {
        var result = Check(WithoutNotional, Limit(price, 20));
        Assert.That(CheckMove(WithoutNotional, price, 20), Is.EqualTo(result));
        return result;
    }

    [TestCase(4, ExpectedResult = RejectReason.LotSize)]
    [TestCase(5, ExpectedResult = RejectReason.None)]
    [TestCase(6, ExpectedResult = RejectReason.None)]
    [TestCase(49, ExpectedResult = RejectReason.None)]
    [TestCase(50, ExpectedResult = RejectReason.None)]
    [TestCase(51, ExpectedResult = RejectReason.LotSize)]
    [TestCase(long.MinValue, ExpectedResult = RejectReason.LotSize)]
    [TestCase(long.MaxValue, ExpectedResult = RejectReason.LotSize)]
    public RejectReason Quantity_lies_within_its_bounds(long quantity)
    {
        var result = Check(WithoutNotional, Limit(50, quantity));
        Assert.That(Check(WithoutNotional, Market(quantity)), Is.EqualTo(result));
        return result;
    }

    [TestCase(37, 27, ExpectedResult = RejectReason.Notional, Description = "999")]
    [TestCase(40, 25, ExpectedResult = RejectReason.None, Description = "1,000")]
    [TestCase(91, 11, ExpectedResult = RejectReason.None, Description = "1,001")]
    [TestCase(50, 40, ExpectedResult = RejectReason.None, Description = "2,000")]
    [TestCase(87, 23, ExpectedResult = RejectReason.Notional, Description = "2,001")]
    [TestCase(100, 50, ExpectedResult = RejectReason.Notional)]
    public RejectReason Notional_lies_within_its_bounds(long price, long quantity)
    {
        var result = Check(Spec, Limit(price, quantity));
        Assert.That(CheckMove(Spec, price, quantity), Is.EqualTo(result));
        return result;
    }

    [TestCase(10, 5)]
    [TestCase(100, 50)]
    public void Notional_bounds_of_0_are_none(long price, long quantity) => Assert.Multiple(() =>
    {
        Assert.That(Check(WithoutNotional, Limit(price, quantity)), Is.EqualTo(RejectReason.None));
        Assert.That(CheckMove(WithoutNotional, price, quantity), Is.EqualTo(RejectReason.None));
        Assert.That(Check(WithoutNotional, QuoteMarket(1)), Is.EqualTo(RejectReason.None));
        Assert.That(Check(WithoutNotional, QuoteMarket(long.MaxValue)), Is.EqualTo(RejectReason.None));
        Assert.That(Check(WithoutNotional, Market(quantity), reference: price), Is.EqualTo(RejectReason.None));
    });

    [TestCase(OrderType.Limit, TimeInForce.Gtc, 2, ExpectedResult = RejectReason.None)]
    [TestCase(OrderType.Limit, TimeInForce.Gtc, 3, ExpectedResult = RejectReason.MaxNumOrders)]
    [TestCase(OrderType.Limit, TimeInForce.Gtc, 4, ExpectedResult = RejectReason.MaxNumOrders)]
    [TestCase(OrderType.LimitMaker, TimeInForce.Gtc, 2, ExpectedResult = RejectReason.None)]
    [TestCase(OrderType.LimitMaker, TimeInForce.Gtc, 3, ExpectedResult = RejectReason.MaxNumOrders)]
    [TestCase(OrderType.Limit, TimeInForce.Ioc, 3, ExpectedResult = RejectReason.None)]
    [TestCase(OrderType.Limit, TimeInForce.Fok, 3, ExpectedResult = RejectReason.None)]
    public RejectReason Open_orders_are_limited_for_orders_that_may_rest(OrderType type, TimeInForce timeInForce, int openOrders) =>
        Check(Spec, Limit(50, 20) with { OrderType = type, TimeInForce = timeInForce }, openOrders);

    [Test]
    public void Market_orders_are_not_limited_by_open_orders() =>
        Assert.That(Check(Spec, Market(20), openOrders: 1_000, reference: 50), Is.EqualTo(RejectReason.None));

    [TestCase(99_999, true, true, ExpectedResult = RejectReason.Notional)]
    [TestCase(100_000, true, true, ExpectedResult = RejectReason.None)]
    [TestCase(200_000, true, true, ExpectedResult = RejectReason.None)]
    [TestCase(200_001, true, true, ExpectedResult = RejectReason.Notional)]
    [TestCase(1, false, true, ExpectedResult = RejectReason.None)]
    [TestCase(200_001, false, true, ExpectedResult = RejectReason.Notional)]
    [TestCase(99_999, true, false, ExpectedResult = RejectReason.Notional)]
    [TestCase(long.MaxValue, true, false, ExpectedResult = RejectReason.None)]
    public RejectReason Market_by_quote_amount_compares_the_amount(long amount, bool applyMin, bool applyMax) =>
        Check(Spec with { ApplyMinToMarket = applyMin, ApplyMaxToMarket = applyMax }, QuoteMarket(amount));

    [TestCase(37, 27, true, true, ExpectedResult = RejectReason.Notional)]
    [TestCase(40, 25, true, true, ExpectedResult = RejectReason.None)]
    [TestCase(50, 40, true, true, ExpectedResult = RejectReason.None)]
    [TestCase(87, 23, true, true, ExpectedResult = RejectReason.Notional)]
    [TestCase(37, 27, false, true, ExpectedResult = RejectReason.None)]
    [TestCase(87, 23, true, false, ExpectedResult = RejectReason.None)]
    [TestCase(0, 5, true, true, ExpectedResult = RejectReason.None, Description = "never traded: no check")]
    public RejectReason Market_by_quantity_compares_at_the_reference_price(long reference, long quantity, bool applyMin, bool applyMax) =>
        Check(Spec with { ApplyMinToMarket = applyMin, ApplyMaxToMarket = applyMax }, Market(quantity), reference: reference);

    [Test]
    public void Market_notional_does_not_overflow()
    {
        var spec = Spec with { MaxPrice = 10 * FixedPoint.One, MaxQuantity = (1L << 29) * FixedPoint.One, ApplyMinToMarket = false };
        Assert.That(Check(spec, Market(1L << 29), reference: 1L << 33), Is.EqualTo(RejectReason.Notional));
    }

    [TestCase(4, ExpectedResult = RejectReason.LotSize)]
    [TestCase(5, ExpectedResult = RejectReason.MarketLotSize)]
    [TestCase(8, ExpectedResult = RejectReason.None)]
    [TestCase(9, ExpectedResult = RejectReason.MarketLotSize)]
    [TestCase(20, ExpectedResult = RejectReason.None)]
    [TestCase(22, ExpectedResult = RejectReason.MarketLotSize)]
    [TestCase(51, ExpectedResult = RejectReason.LotSize)]
    public RejectReason Market_orders_have_quantities_of_their_own(long quantity)
    {
        var spec = WithoutNotional with { MarketMinQuantity = 6 * FixedPoint.One, MarketMaxQuantity = 20 * FixedPoint.One, MarketLotSize = 2 * FixedPoint.One };
        Assert.That(Check(spec, Limit(50, 5)), Is.EqualTo(RejectReason.None), "limit orders do not");
        return Check(spec, Market(quantity));
    }

    [TestCase(37, 27, ExpectedResult = RejectReason.Notional, Description = "999")]
    [TestCase(40, 25, ExpectedResult = RejectReason.MinNotional, Description = "1,000")]
    [TestCase(50, 30, ExpectedResult = RejectReason.None, Description = "1,500")]
    [TestCase(87, 23, ExpectedResult = RejectReason.Notional, Description = "2,001")]
    public RejectReason Min_notional_stands_beside_notional(long price, long quantity)
    {
        var spec = Spec with { MinNotionalFilter = 1_500 * FixedPoint.One };
        var result = Check(spec, Limit(price, quantity));
        Assert.That(CheckMove(spec, price, quantity), Is.EqualTo(result));
        Assert.That(Check(spec, Market(quantity), reference: price), Is.EqualTo(result));
        Assert.That(Check(spec, QuoteMarket(price * quantity * 100)), Is.EqualTo(result));
        return result;
    }

    [Test]
    public void Min_notional_may_be_for_limit_orders_alone()
    {
        var spec = WithoutNotional with { MinNotionalFilter = 1_500 * FixedPoint.One, ApplyMinNotionalFilterToMarket = false };
        Assert.That(
            new[] { Check(spec, Limit(50, 29)), Check(spec, Market(29), reference: 50), Check(spec, QuoteMarket(1)) },
            Is.EqualTo(new[] { RejectReason.MinNotional, RejectReason.None, RejectReason.None }));
    }

    [Test]
    public void Percent_price_is_looked_at_after_the_price_and_before_the_quantity_by_side()
    {
        var spec = WithoutNotional with
        {
            BidMultiplierDown = FixedPoint.One / 2,
            BidMultiplierUp = FixedPoint.One,
            AskMultiplierDown = FixedPoint.One,
            AskMultiplierUp = 2 * FixedPoint.One,
        };
        var sell = Limit(49, 20) with { Side = Side.Sell };
        RejectReason[] results =
        [
            Check(spec, Limit(101, 1), reference: 50),
            Check(spec, Limit(51, 1), reference: 50),
            Check(spec, Limit(50, 1), reference: 50),
            Check(spec, Limit(25, 20), reference: 50),
            Check(spec, Limit(24, 20), reference: 50),
            Check(spec, sell, reference: 50),
            Check(spec, sell with { Price = 50 }, reference: 50),
            Check(spec, sell with { Price = 51 }, reference: 25),
            Check(spec, Limit(51, 20)),
        ];
        Assert.That(results, Is.EqualTo(new[]
        {
            RejectReason.PriceFilter, RejectReason.PercentPriceBySide, RejectReason.LotSize, RejectReason.None, RejectReason.PercentPriceBySide,
            RejectReason.PercentPriceBySide, RejectReason.None, RejectReason.PercentPriceBySide, RejectReason.None,
        }));
    }

    [Test]
    public void The_first_failing_check_decides()
    {
        var order = Limit(9, 4);
        var state = NewState(Spec, limitPer10Seconds: 1, limitPerDay: 1);
        var symbol = SampleSymbols.New(Spec);
        state.OnOrderAccepted(1, Now);
        RejectReason[] results =
        [
            state.CheckFreshly(order, symbol, 3, Now),
            state.CheckFreshly(order, symbol, 3, Now + 10_000_000),
            state.CheckFreshly(order, symbol, 3, Now + 86_400_000_000),
            state.CheckFreshly(order with { Price = 10 }, symbol, 3, Now + 86_400_000_000),
            state.CheckFreshly(order with { Price = 10, Quantity = 5 }, symbol, 3, Now + 86_400_000_000),
            state.CheckFreshly(order with { Price = 50, Quantity = 20 }, symbol, 3, Now + 86_400_000_000),
            state.CheckFreshly(order with { Price = 50, Quantity = 20 }, symbol, 2, Now + 86_400_000_000),
        ];
        RejectReason[] expected =
        [
            RejectReason.TooManyOrdersPer10Seconds,
            RejectReason.TooManyOrdersPerDay,
            RejectReason.PriceFilter,
            RejectReason.LotSize,
            RejectReason.Notional,
            RejectReason.MaxNumOrders,
            RejectReason.None,
        ];
        Assert.That(results, Is.EqualTo(expected));
    }

    [Test]
    public void Reference_prices_belong_to_their_symbol()
    {
        var state = NewState(Spec);
        state.AddSymbol(SampleSymbols.New(Spec, id: 1));
        state.OnTrade(SampleSymbols.New(Spec, id: 1), 10, 1, Now);
        Assert.Multiple(() =>
        {
            Assert.That(state.CheckFreshly(Market(5), SampleSymbols.New(Spec), 0, Now), Is.EqualTo(RejectReason.None));
            Assert.That(state.CheckFreshly(Market(5), SampleSymbols.New(Spec, id: 1), 0, Now), Is.EqualTo(RejectReason.Notional));
            Assert.That(() => state.OnTrade(SampleSymbols.New(Spec, id: 2), 10, 1, Now), Throws.TypeOf<InvariantBrokenException>());
        });
    }

    [Test]
    public void Checking_allocates_nothing_and_changes_nothing()
    {
        var spec = Spec with
        {
            BidMultiplierDown = FixedPoint.One / 2,
            BidMultiplierUp = 2 * FixedPoint.One,
            AskMultiplierDown = FixedPoint.One / 2,
            AskMultiplierUp = 2 * FixedPoint.One,
        };
        var state = NewState(spec, 1_000, 1_000);
        var symbol = SampleSymbols.New(spec);
        state.OnTrade(symbol, 50, 1, Now);
        state.OnOrderAccepted(1, Now);
        var hash = Hash(state);
        void Round()
        {
            for (var i = 0; i < 1_000; i++)
            {
                state.CheckFreshly(Limit(50, 20), symbol, 0, Now + i);
                state.CheckFreshly(Limit(100, 20), symbol, 0, Now + i);
                state.CheckFreshly(Market(20), symbol, 0, Now + i);
            }
        }

        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That((allocated, Hash(state)), Is.EqualTo((0L, hash)));
    }

    [TestCase(50, 20, 0, true)]
    [TestCase(9, 200, 0, false, Description = "below the least price")]
    [TestCase(50, 4, 0, false, Description = "below the least quantity")]
    [TestCase(10, 5, 0, false, Description = "below the least notional")]
    [TestCase(50, 20, 3, false, Description = "too many open orders")]
    public void The_short_way_allows_what_passes_everything_once_prices_are_remembered_and_the_account_counts(
        long price, long quantity, int openOrders, bool isAllowed)
    {
        var state = NewState(Spec, limitPer10Seconds: 2, limitPerDay: 10);
        var symbol = SampleSymbols.New(Spec);
        var prices = default(AllowedPrices);
        bool Allows(int account, long timeUs) => state.AllowsUsual(
            Limit(price, quantity) with { AccountId = account }, in symbol.Numbers, in prices, symbol.Notional(price, quantity), openOrders, timeUs);

        state.OnOrderAccepted(1, Now);
        Assert.That(Allows(1, Now), Is.False, "no price is remembered");
        state.CheckNewOrder(Limit(50, 20), symbol, ref prices, 0, Now);
        Assert.That(Allows(1, Now), Is.EqualTo(isAllowed));
        Assert.That((Allows(2, Now), Allows(1, Now + 10_000_000)), Is.EqualTo((false, false)), "an account, or a window, without an order yet");
        state.OnUsualAccepted(1);
        Assert.That(Allows(1, Now), Is.False, "the limit is used up");
    }

    [TestCase(500, 500, true)]
    [TestCase(499, 501, true)]
    [TestCase(400, 500, false)]
    [TestCase(500, 400, false)]
    [TestCase(600, 500, false)]
    public void What_is_remembered_is_forgotten_when_the_first_or_the_last_trade_of_a_command_is_far_from_the_reference(long first, long last, bool isKept)
    {
        var spec = Spec with
        {
            BidMultiplierDown = FixedPoint.One / 2,
            BidMultiplierUp = 2 * FixedPoint.One,
            AskMultiplierDown = FixedPoint.One / 2,
            AskMultiplierUp = 2 * FixedPoint.One,
            MaxPrice = 1_000 * FixedPoint.One,
        };
        var state = NewState(spec);
        var symbol = SampleSymbols.New(spec);
        var prices = default(AllowedPrices);
        state.OnTrades(symbol, ref prices, 500, 500, 500, 1, Now);
        state.CheckNewOrder(Limit(500, 20), symbol, ref prices, 0, Now);
        Assert.That(prices.Has(Side.Buy, 500, Now));
        state.OnTrades(symbol, ref prices, first, last, first + last, 2, Now);
        Assert.That(prices.Has(Side.Buy, 500, Now), Is.EqualTo(isKept));
    }

    [Test]
    public void Equal_histories_hash_equally_and_any_difference_shows()
    {
        Action<RiskState>[] differences =
        [
            _ => { },
            state => state.OnOrderAccepted(1, Now),
            state => state.OnOrderAccepted(2, Now),
            state => state.OnOrderAccepted(1, Now + 10_000_000),
            state => state.OnTrade(SampleSymbols.New(Spec), 50, 1, Now),
            state => state.OpenAccount(3, 0, 0),
            state => state.OpenAccount(3, 1, 0),
            state => state.OpenAccount(3, 0, 1),
            state => state.AddSymbol(SampleSymbols.New(Spec, id: 1)),
        ];
        var hashes = differences.Select(HashAfter).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(hashes, Is.Unique);
            Assert.That(differences.Select(HashAfter), Is.EqualTo(hashes));
        });
    }

    private static RejectReason Check(SymbolSpec spec, CommandSlot order, int openOrders = 0, long reference = 0)
    {
        var state = NewState(spec);
        var symbol = SampleSymbols.New(spec);
        if (reference > 0)
        {
            state.OnTrade(symbol, reference, 1, Now);
        }

        // Whoever is allowed the short way passes the check, with what it remembers, too.
        var prices = default(AllowedPrices);
        var result = state.CheckNewOrder(order, symbol, ref prices, openOrders, Now);
        state.OnOrderAccepted(1, Now);
        var isUsual = order is { OrderType: OrderType.Limit, TimeInForce: TimeInForce.Gtc }
            && state.AllowsUsual(in order, in symbol.Numbers, in prices, symbol.Notional(order.Price, order.Quantity), openOrders, Now);
        Assert.That(!isUsual || result == RejectReason.None, "the short way allows what the check refuses");
        return result;
    }

    private static RejectReason CheckMove(SymbolSpec spec, long price, long leaves)
    {
        var symbol = SampleSymbols.New(spec);
        var prices = default(AllowedPrices);
        var result = NewState(spec).CheckMove(symbol, ref prices, Side.Buy, price, leaves, Now);
        var isUsual = RiskState.AllowsUsualMove(in symbol.Numbers, in prices, Side.Buy, price, leaves, Now);
        Assert.That(!isUsual || result == RejectReason.None, "the short way allows what the check refuses");
        return result;
    }

    private static RiskState NewState(SymbolSpec spec, int limitPer10Seconds = 0, int limitPerDay = 0)
    {
        var state = new RiskState();
        state.AddSymbol(SampleSymbols.New(spec));
        state.OpenAccount(1, limitPer10Seconds, limitPerDay);
        state.OpenAccount(2, limitPer10Seconds, limitPerDay);
        return state;
    }

    private static CommandSlot Limit(long price, long quantity) => new()
    {
        AccountId = 1,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Gtc,
        Price = price,
        Quantity = quantity,
    };

    private static CommandSlot Market(long quantity) =>
        new() { AccountId = 1, OrderType = OrderType.Market, TimeInForce = TimeInForce.Gtc, Quantity = quantity };

    private static CommandSlot QuoteMarket(long amount) => Market(amount) with { Flags = OrderFlags.QuoteQuantity };

    private static ulong HashAfter(Action<RiskState> difference)
    {
        var state = NewState(Spec);
        difference(state);
        return Hash(state);
    }

    private static ulong Hash(RiskState state)
    {
        var hash = new StateHash();
        state.AddTo(ref hash);
        return hash.Value;
    }
}
