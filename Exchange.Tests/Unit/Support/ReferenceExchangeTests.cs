using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Reference;
using NUnit.Framework;
using static Exchange.Tests.Support.CommandSlots;

namespace Exchange.Tests.Unit.Support;

/// <summary>
/// The oracle against numbers worked out by hand. One tick is 1 unit of USD, one lot 1 unit of GOLD: a lot at price 100 costs 100.
/// Fees: maker 1 %, taker 5 %. Every account starts with 1,000 GOLD and 100,000 USD.
/// </summary>
public sealed class ReferenceExchangeTests
{
    private const int Alice = 1;
    private const int Bob = 2;
    private const int Carol = 3;
    private const int Gold = 0;
    private const int Usd = 1;
    private const long One = FixedPoint.One;
    private const long Minute = 60_000_000;

    private ReferenceExchange _exchange = null!;
    private long _timeUs;

    [SetUp]
    public void SetUp()
    {
        _timeUs = 1_000 * 86_400_000_000;
        Start(new GenesisCommand(ExchangeMode.Sandbox, 1, WorkLimit: 1, SweepLevelLimit: 2, RestingOrderLimit: 100), Spec);
    }

    [Test]
    public void Best_price_trades_first_and_the_oldest_order_at_one_price()
    {
        Place(Limit(Alice, Side.Sell, 101, 5));
        Place(Limit(Alice, Side.Sell, 100, 2));
        Place(Limit(Bob, Side.Sell, 100, 2));

        Assert.That(Place(Limit(Carol, Side.Buy, 101, 6)), Is.EqualTo(new ExchangeEvent[]
        {
            new Accepted(4, Held: 606, RestsWhole: false),
            new Traded(Side.Buy, Alice, 2, MakerFilled: true, TradeId: 1, AggregateTradeId: 1, Price: 100, Quantity: 2, MakerFee: 2, TakerFee: 1),
            new Traded(Side.Buy, Bob, 3, MakerFilled: true, TradeId: 2, AggregateTradeId: 1, Price: 100, Quantity: 2, MakerFee: 2, TakerFee: 1),
            new Traded(Side.Buy, Alice, 1, MakerFilled: false, TradeId: 3, AggregateTradeId: 2, Price: 101, Quantity: 2, MakerFee: 3, TakerFee: 1),
            new Filled(4, Released: 4),
            new Updated(4),
        }));
        Assert.That(_exchange.OpenOrders(0, Side.Sell), Is.EqualTo(new[] { new RestingOrder(1, Alice, "", 101, 3) }));
        Assert.That(_exchange.Balance(Carol, Usd), Is.EqualTo(new Funds(100_000 - 602, 0)));
        Assert.That(_exchange.Balance(Carol, Gold), Is.EqualTo(new Funds(1_000 + 6 - 3, 0)));
        Assert.That(_exchange.Balance(Alice, Gold), Is.EqualTo(new Funds(993, 3)));
        Assert.That((_exchange.FeesCollected(Gold), _exchange.FeesCollected(Usd)), Is.EqualTo((3L, 7L)));
    }

    [Test]
    public void Remainder_of_a_limit_order_rests_and_the_price_improvement_is_released()
    {
        Place(Limit(Alice, Side.Sell, 90, 4));

        Assert.That(Place(Limit(Bob, Side.Buy, 100, 10)), Is.EqualTo(new ExchangeEvent[]
        {
            new Accepted(2, Held: 1_000, RestsWhole: false),
            new Traded(Side.Buy, Alice, 1, MakerFilled: true, TradeId: 1, AggregateTradeId: 1, Price: 90, Quantity: 4, MakerFee: 4, TakerFee: 1),
            new Rested(2, Leaves: 6, Released: 40),
            new Updated(2),
        }));
        Assert.That(_exchange.Balance(Bob, Usd), Is.EqualTo(new Funds(100_000 - 360 - 600, 600)));
    }

    [TestCase(0, 1_000, 0)]
    [TestCase(1, 0, 0)]
    [TestCase(1, 1, 1)]
    [TestCase(999_999, 1, 1)]
    [TestCase(1_000_000, 1, 1)]
    [TestCase(1_000_001, 1, 2)]
    [TestCase(7, 1_000_000, 7)]
    public void Fee_is_rounded_up_and_never_more_than_received(long received, int ratePpm, long fee) =>
        Assert.That(ReferenceLedger.Fee(received, ratePpm), Is.EqualTo((Int128)fee));

    [Test]
    public void Market_order_by_quote_amount_buys_whole_lots_best_price_first()
    {
        Place(Limit(Alice, Side.Sell, 100, 2));
        Place(Limit(Alice, Side.Sell, 110, 5));

        // 200 buy 2 at 100, the remaining 349 buy 3 at 110, 19 are not spent.
        Assert.That(Place(MarketFor(Bob, Side.Buy, 549)), Is.EqualTo(new ExchangeEvent[]
        {
            new Accepted(3, Held: 530, RestsWhole: false),
            new Traded(Side.Buy, Alice, 1, MakerFilled: true, TradeId: 1, AggregateTradeId: 1, Price: 100, Quantity: 2, MakerFee: 2, TakerFee: 1),
            new Traded(Side.Buy, Alice, 2, MakerFilled: false, TradeId: 2, AggregateTradeId: 2, Price: 110, Quantity: 3, MakerFee: 4, TakerFee: 1),
            new Filled(3, Released: 0),
            new Updated(3),
        }));
    }

    [TestCase(209, false, TestName = "Market_order_by_quote_amount_fills_when_the_rest_is_not_worth_a_lot")]
    [TestCase(299, false, TestName = "Market_order_by_quote_amount_fills_when_the_rest_is_just_below_a_lot")]
    [TestCase(300, true, TestName = "Market_order_by_quote_amount_expires_when_the_book_runs_out_with_a_lot_left")]
    public void Market_order_by_quote_amount(long amount, bool expires)
    {
        Place(Limit(Alice, Side.Sell, 100, 2));

        var end = Place(MarketFor(Bob, Side.Buy, amount))[2];

        Assert.That(end, Is.EqualTo(expires
            ? new Expired(2, ExpireReason.InsufficientLiquidity, Leaves: 0, Released: 0)
            : (ExchangeEvent)new Filled(2, Released: 0)));
    }

    [Test]
    public void Market_order_by_quote_amount_below_one_lot_is_rejected()
    {
        Place(Limit(Alice, Side.Sell, 100, 2));

        Assert.That(Place(MarketFor(Bob, Side.Buy, 99)), Is.EqualTo(new[] { new Rejected(RejectReason.InsufficientLiquidityForLot) }));
    }

    [Test]
    public void Market_order_sweeps_at_most_its_levels_and_expires()
    {
        Place(Limit(Alice, Side.Sell, 100, 1));
        Place(Limit(Alice, Side.Sell, 101, 1));
        Place(Limit(Alice, Side.Sell, 102, 1));

        var outcome = Place(Market(Bob, Side.Buy, 3));

        Assert.That(outcome[0], Is.EqualTo(new Accepted(4, Held: 201, RestsWhole: false)));
        Assert.That(outcome.OfType<Traded>().Select(trade => trade.Price), Is.EqualTo(new[] { 100L, 101L }));
        Assert.That(outcome[^2], Is.EqualTo(new Expired(4, ExpireReason.InsufficientLiquidity, Leaves: 1, Released: 0)));
    }

    [Test]
    public void Market_order_without_counterparty_is_accepted_and_expires_without_an_update() =>
        Assert.That(Place(Market(Bob, Side.Sell, 3)), Is.EqualTo(new ExchangeEvent[]
        {
            new Accepted(1, Held: 3, RestsWhole: false),
            new Expired(1, ExpireReason.InsufficientLiquidity, Leaves: 3, Released: 3),
        }));

    [Test]
    public void Fill_or_kill_that_cannot_trade_whole_within_its_price_and_levels_does_not_trade()
    {
        Place(Limit(Alice, Side.Sell, 100, 1));
        Place(Limit(Alice, Side.Sell, 101, 1));
        Place(Limit(Alice, Side.Sell, 102, 5));

        Assert.That(Place(Limit(Bob, Side.Buy, 102, 3, TimeInForce.Fok)), Is.EqualTo(new ExchangeEvent[]
        {
            new Accepted(4, Held: 306, RestsWhole: false),
            new Expired(4, ExpireReason.UnfilledFok, Leaves: 3, Released: 306),
        }));
        Assert.That(Place(Limit(Bob, Side.Buy, 102, 2, TimeInForce.Fok))[^2], Is.EqualTo(new Filled(5, Released: 204 - 201)));
    }

    [Test]
    public void Moved_order_goes_to_the_end_of_its_new_level()
    {
        Place(Limit(Alice, Side.Buy, 99, 1));
        Place(Limit(Bob, Side.Buy, 98, 1));

        Assert.That(Place(Move(Alice, 1, 98)), Is.EqualTo(new ExchangeEvent[]
        {
            new Moved(1, Side.Buy, OldPrice: 99, NewPrice: 98, Leaves: 1, HeldChange: -1, RestsWhole: true),
            new Updated(3),
        }));
        Assert.That(_exchange.OpenOrders(0, Side.Buy).Select(order => order.OrderId), Is.EqualTo(new[] { 2L, 1L }));
    }

    [Test]
    public void Moved_order_that_crosses_trades_as_taker_and_rests_with_what_is_left()
    {
        Place(Limit(Alice, Side.Buy, 90, 5));
        Place(Limit(Bob, Side.Sell, 100, 2));

        Assert.That(Place(Move(Alice, 1, 105)), Is.EqualTo(new ExchangeEvent[]
        {
            new Moved(1, Side.Buy, OldPrice: 90, NewPrice: 105, Leaves: 5, HeldChange: 75, RestsWhole: false),
            new Traded(Side.Buy, Bob, 2, MakerFilled: true, TradeId: 1, AggregateTradeId: 1, Price: 100, Quantity: 2, MakerFee: 2, TakerFee: 1),
            new Rested(1, Leaves: 3, Released: 10),
            new Updated(3),
        }));
        Assert.That(_exchange.Balance(Alice, Usd), Is.EqualTo(new Funds(100_000 - 200 - 315, 315)));
    }

    [Test]
    public void Reduced_order_keeps_its_place_and_a_reduction_to_nothing_cancels()
    {
        Place(Limit(Alice, Side.Buy, 99, 5));
        Place(Limit(Bob, Side.Buy, 99, 5));

        Assert.That(Place(Reduce(Alice, 1, 2)), Is.EqualTo(new ExchangeEvent[] { new Reduced(1, Side.Buy, 99, 2, Released: 198), new Updated(3) }));
        Assert.That(_exchange.OpenOrders(0, Side.Buy)[0], Is.EqualTo(new RestingOrder(1, Alice, "", 99, 3)));
        Assert.That(Place(Reduce(Alice, 1, 3)), Is.EqualTo(new ExchangeEvent[] { new Canceled(1, Side.Buy, 99, 3, Released: 297), new Updated(4) }));
    }

    [Test]
    public void First_fill_gives_back_one_order_to_the_taker_and_five_to_the_maker()
    {
        const int limited = 4;
        _exchange.OpenAccount(new OpenAccountCommand { OrderLimitPer10Seconds = 3, Deposits = [new AssetAmount(Usd, 100_000)] }, _timeUs);
        Place(Limit(limited, Side.Buy, 10, 5));
        Place(Limit(limited, Side.Buy, 11, 5));
        Place(Limit(limited, Side.Buy, 12, 5));
        Assert.That(Place(Limit(limited, Side.Buy, 9, 1)), Is.EqualTo(new[] { new Rejected(RejectReason.TooManyOrdersPer10Seconds) }));

        // The first fill of the bid at 12 takes the count from 3 to 0, its second fill changes nothing.
        Place(Limit(Alice, Side.Sell, 12, 1));
        Place(Limit(Alice, Side.Sell, 12, 1));
        Place(Limit(limited, Side.Buy, 9, 1));
        Place(Limit(Alice, Side.Sell, 100, 1));
        // A taker's fill gives back the order itself.
        Place(Limit(limited, Side.Buy, 100, 1));
        Place(Limit(limited, Side.Buy, 8, 1));
        Place(Limit(limited, Side.Buy, 8, 1));
        Assert.That(Place(Limit(limited, Side.Buy, 8, 1)), Is.EqualTo(new[] { new Rejected(RejectReason.TooManyOrdersPer10Seconds) }));

        _timeUs += 10_000_000;
        Assert.That(Place(Limit(limited, Side.Buy, 8, 1))[0], Is.TypeOf<Accepted>());
    }

    [Test]
    public void Reference_price_is_the_average_of_the_window_then_the_last_price()
    {
        Assert.That(_exchange.ReferencePrice(0, _timeUs), Is.Null);

        Trade(100, 3);
        _timeUs += Minute;
        Trade(111, 2);

        // (3 x 100 + 2 x 111) / 5 = 104.4
        Assert.That(_exchange.ReferencePrice(0, _timeUs), Is.EqualTo(104));
        Assert.That(_exchange.ReferencePrice(0, _timeUs + 4 * Minute - 1), Is.EqualTo(104), "the first bucket is still among the last 60");
        Assert.That(_exchange.ReferencePrice(0, _timeUs + 4 * Minute), Is.EqualTo(111), "the first bucket has left the window");
        Assert.That(_exchange.ReferencePrice(0, _timeUs + 60 * Minute), Is.EqualTo(111), "an empty window has the last price");
    }

    [Test]
    public void Invariants_are_checked_for_real()
    {
        Place(Limit(Alice, Side.Buy, 99, 5));
        Assert.That(_exchange.CheckInvariants, Throws.Nothing);

        var ledger = new ReferenceLedger();
        ledger.Adjust(Alice, Usd, 10);
        ledger.Hold(Alice, Usd, 11);
        Assert.That(ledger.CheckInvariants, Throws.TypeOf<InvariantBrokenException>().With.Message.Contains("less than nothing free"));

        var unbalanced = new ReferenceLedger();
        unbalanced.Adjust(Alice, Usd, 10);
        unbalanced.Hold(Alice, Usd, 10);
        unbalanced.Pay(Alice, Bob, Usd, amount: 9, fee: 1);
        Assert.That(unbalanced.CheckInvariants, Throws.Nothing);
        unbalanced.Pay(Alice, Bob, Gold, amount: 0, fee: 1);
        unbalanced.Adjust(Alice, Gold, 1);
        Assert.That(unbalanced.CheckInvariants, Throws.TypeOf<InvariantBrokenException>());
    }

    private static readonly SymbolSpec Spec = new()
    {
        Name = "GOLDUSD",
        BaseAsset = "GOLD",
        BaseScale = 0,
        QuoteAsset = "USD",
        QuoteScale = 0,
        TickSize = One,
        MinPrice = One,
        MaxPrice = 10_000 * One,
        LotSize = One,
        MinQuantity = One,
        MaxQuantity = 10_000 * One,
        MakerFeePpm = 10_000,
        TakerFeePpm = 50_000,
    };

    private void Start(GenesisCommand genesis, SymbolSpec spec)
    {
        _exchange = new ReferenceExchange(genesis);
        _exchange.AddSymbol(spec, _timeUs);
        for (var i = 0; i < 3; i++)
        {
            _exchange.OpenAccount(
                new OpenAccountCommand { Deposits = [new AssetAmount(Gold, 1_000), new AssetAmount(Usd, 100_000)] }, _timeUs);
        }
    }

    private IReadOnlyList<ExchangeEvent> Place(CommandSlot slot)
    {
        var outcome = _exchange.Execute(slot, _timeUs);
        _exchange.CheckInvariants();
        return outcome;
    }

    private void Trade(long price, long quantity)
    {
        Place(Limit(Alice, Side.Sell, price, quantity));
        Place(Limit(Bob, Side.Buy, price, quantity));
    }
}
