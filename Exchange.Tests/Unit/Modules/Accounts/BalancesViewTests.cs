using System.Text;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

/// <summary>
/// Account 1 begins with 50.00 COIN, account 2 with 9,000.00 CASH, both at time 1. A lot is 1 COIN, a tick 1 CASH.
/// Balances are written as free+held in units, 100 to the coin.
/// </summary>
public sealed class BalancesViewTests
{
    private const int Seller = 1;
    private const int Buyer = 2;

    private BalancesView _view = null!;

    [SetUp]
    public void Open_two_accounts()
    {
        _view = new BalancesView(SampleSymbols.NewDirectory(SampleSymbols.Spec));
        Open(Seller, "seller", new AssetAmount(0, 5_000));
        Open(Buyer, "", new AssetAmount(1, 900_000));
    }

    [Test]
    public void Accounts_begin_with_their_deposits() =>
        Assert.That(Balances(), Is.EqualTo("5000+0 0+0 @1 | 0+0 900000+0 @1"));

    [Test]
    public void Deposits_and_withdrawals_change_free_funds()
    {
        Adjust(Buyer, 1, -100_000, timeUs: 5);
        Adjust(Buyer, 0, 7, timeUs: 6);
        Assert.That(Balances(), Is.EqualTo("5000+0 0+0 @1 | 7+0 800000+0 @6"));
    }

    [Test]
    public void An_account_without_funds_has_never_changed()
    {
        Open(3, "");
        Assert.That((_view.CopyBalances(3, []), _view.CopyBalances(4, []), _view.CopyBalances(0, [])), Is.EqualTo((0L, 0L, 0L)));
    }

    [Test]
    public void Balances_of_an_unknown_account_are_none()
    {
        var balances = new List<Balance> { default };
        _view.CopyBalances(3, balances);
        Assert.That(balances, Is.Empty);
    }

    [Test]
    public void A_sell_order_holds_base_and_a_buy_order_quote()
    {
        RestSell(orderId: 1, price: 100, lots: 10, timeUs: 2);
        RestBuy(orderId: 2, price: 90, lots: 10, timeUs: 3);
        Assert.That(Balances(), Is.EqualTo("4000+1000 0+0 @2 | 0+0 810000+90000 @3"));
    }

    [Test]
    public void A_rejected_command_changes_nothing_even_with_an_unknown_symbol()
    {
        var order = Order(Buyer, Side.Buy, 90, 10) with { SymbolId = 77, AccountId = 99 };
        RecordBuilder.For(order, 5, 5).With(new CommandRejected { Reason = RejectReason.UnknownSymbol }).ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("5000+0 0+0 @1 | 0+0 900000+0 @1"));
    }

    [Test]
    public void A_filled_buyer_pays_the_makers_price_and_gets_its_improvement_back()
    {
        RestSell(orderId: 1, price: 100, lots: 10, timeUs: 2);
        RecordBuilder.For(Order(Buyer, Side.Buy, 110, 4), 4, 4)
            .With(new OrderAccepted { OrderId = 2, Held = 44_000 })
            .With(Trade(Seller, makerOrderId: 1, price: 100, lots: 4, makerFee: 40, takerFee: 1))
            .With(new OrderFilled { OrderId = 2, Released = 4_000 })
            .With(new BookUpdated { UpdateId = 2 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("4000+600 39960+0 @4 | 399+0 860000+0 @4"));
    }

    [Test]
    public void A_seller_that_takes_pays_the_taker_fee_from_quote_and_rests_with_what_is_left()
    {
        RestBuy(orderId: 1, price: 90, lots: 4, timeUs: 2);
        RecordBuilder.For(Order(Seller, Side.Sell, 80, 10), 3, 3)
            .With(new OrderAccepted { OrderId = 2, Held = 1_000 })
            .With(Trade(Buyer, makerOrderId: 1, price: 90, lots: 4, makerFee: 1, takerFee: 72, TradeFlags.TakerSells | TradeFlags.MakerFilled))
            .With(new OrderRested { OrderId = 2, Leaves = 6, Released = 0 })
            .With(new BookUpdated { UpdateId = 2 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("4000+600 35928+0 @3 | 399+0 864000+0 @3"));
    }

    [Test]
    public void A_buyer_that_rests_gets_back_what_its_rest_does_not_need()
    {
        RestSell(orderId: 1, price: 100, lots: 4, timeUs: 2);
        RecordBuilder.For(Order(Buyer, Side.Buy, 110, 10), 3, 3)
            .With(new OrderAccepted { OrderId = 2, Held = 110_000 })
            .With(Trade(Seller, makerOrderId: 1, price: 100, lots: 4, makerFee: 0, takerFee: 0, TradeFlags.MakerFilled))
            .With(new OrderRested { OrderId = 2, Leaves = 6, Released = 4_000 })
            .With(new BookUpdated { UpdateId = 2 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("4600+0 40000+0 @3 | 400+0 794000+66000 @3"));
    }

    [TestCase(Side.Buy, "5000+0 0+0 @1 | 0+0 900000+0 @2")]
    [TestCase(Side.Sell, "5000+0 0+0 @2 | 0+0 900000+0 @1")]
    public void An_order_that_expires_without_a_trade_gets_everything_back(Side side, string expected)
    {
        var (account, held) = side == Side.Buy ? (Buyer, 90_000) : (Seller, 1_000);
        RecordBuilder.For(Order(account, side, 90, 10) with { TimeInForce = TimeInForce.Fok }, 2, 2)
            .With(new OrderAccepted { OrderId = 1, Held = held })
            .With(new OrderExpired { OrderId = 1, Reason = ExpireReason.UnfilledFok, Leaves = 10, Released = held })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo(expected));
    }

    [Test]
    public void Canceled_and_reduced_orders_give_back_what_they_held()
    {
        RestSell(orderId: 1, price: 100, lots: 10, timeUs: 2);
        RestBuy(orderId: 2, price: 90, lots: 10, timeUs: 2);
        RecordBuilder.For(new CommandSlot { Type = CommandType.ReduceOrder, AccountId = Seller, OrderId = 1, Quantity = 3 }, 4, 4)
            .With(new OrderReduced { Side = Side.Sell, OrderId = 1, Price = 100, ReducedBy = 3, Released = 300 })
            .With(new BookUpdated { UpdateId = 3 })
            .ApplyTo(_view);
        RecordBuilder.For(new CommandSlot { Type = CommandType.CancelOrder, AccountId = Buyer, OrderId = 2 }, 5, 5)
            .With(new OrderCanceled { Side = Side.Buy, OrderId = 2, Price = 90, Leaves = 10, Released = 90_000 })
            .With(new BookUpdated { UpdateId = 4 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("4300+700 0+0 @4 | 0+0 900000+0 @5"));
    }

    [Test]
    public void A_mass_cancel_gives_back_for_both_sides_over_several_records()
    {
        Adjust(Seller, 1, 100_000, timeUs: 2);
        RestSell(orderId: 1, price: 100, lots: 10, timeUs: 3);
        Rest(Seller, Side.Buy, orderId: 2, price: 50, lots: 2, held: 10_000, timeUs: 3);
        RecordBuilder.For(new CommandSlot { Type = CommandType.CancelAllOrders, AccountId = Seller }, 5, 5).Continues()
            .With(new OrderCanceled { Side = Side.Sell, OrderId = 1, Price = 100, Leaves = 10, Released = 1_000 })
            .With(new BookUpdated { UpdateId = 3 })
            .ApplyTo(_view);
        Assert.That(Balances(), Does.StartWith("5000+0 90000+10000 @5"));
        RecordBuilder.For(new CommandSlot { Type = CommandType.ContinueWork, AccountId = Seller }, 6, 5)
            .With(new OrderCanceled { Side = Side.Buy, OrderId = 2, Price = 50, Leaves = 2, Released = 10_000 })
            .With(new BookUpdated { UpdateId = 4 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("5000+0 100000+0 @5 | 0+0 900000+0 @1"));
    }

    [TestCase(70, -20_000L, "4000+1000 0+0 @2 | 0+0 830000+70000 @9")]
    [TestCase(95, 5_000L, "4000+1000 0+0 @2 | 0+0 805000+95000 @9")]
    public void A_moved_order_holds_for_its_new_price(long price, long heldChange, string expected)
    {
        RestSell(orderId: 1, price: 100, lots: 10, timeUs: 2);
        RestBuy(orderId: 2, price: 90, lots: 10, timeUs: 3);
        RecordBuilder.For(new CommandSlot { Type = CommandType.MoveOrder, AccountId = Buyer, OrderId = 2, Price = price }, 9, 9)
            .With(new OrderMoved { Side = Side.Buy, RestsWhole = 1, OrderId = 2, OldPrice = 90, NewPrice = price, Leaves = 10, HeldChange = heldChange })
            .With(new BookUpdated { UpdateId = 3 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo(expected));
    }

    [Test]
    public void A_moved_order_that_trades_settles_as_taker_on_its_own_side()
    {
        RestBuy(orderId: 1, price: 90, lots: 4, timeUs: 2);
        RestSell(orderId: 2, price: 100, lots: 4, timeUs: 3);
        RecordBuilder.For(new CommandSlot { Type = CommandType.MoveOrder, AccountId = Buyer, OrderId = 1, Price = 110 }, 4, 4)
            .With(new OrderMoved { Side = Side.Buy, OrderId = 1, OldPrice = 90, NewPrice = 110, Leaves = 4, HeldChange = 8_000 })
            .With(Trade(Seller, makerOrderId: 2, price: 100, lots: 4, makerFee: 0, takerFee: 0, TradeFlags.MakerFilled))
            .With(new OrderFilled { OrderId = 1, Released = 4_000 })
            .With(new BookUpdated { UpdateId = 3 })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("4600+0 40000+0 @4 | 400+0 860000+0 @4"));
    }

    [TestCase(Side.Buy)]
    [TestCase(Side.Sell)]
    public void A_continued_command_gives_back_to_the_side_of_its_order(Side side)
    {
        Rest(side == Side.Buy ? Seller : Buyer, side.Opposite(), orderId: 1, price: 100, lots: 4, held: side == Side.Buy ? 400 : 40_000, timeUs: 2);
        var account = side == Side.Buy ? Buyer : Seller;
        var held = side == Side.Buy ? 110_000 : 1_000;
        RecordBuilder.For(Order(account, side, side == Side.Buy ? 110 : 90, 10) with { TimeInForce = TimeInForce.Ioc }, 3, 3).Continues()
            .With(new OrderAccepted { OrderId = 2, Held = held })
            .With(Trade(
                side == Side.Buy ? Seller : Buyer, makerOrderId: 1, price: 100, lots: 4, makerFee: 0, takerFee: 0,
                TradeFlags.MakerFilled | (side == Side.Sell ? TradeFlags.TakerSells : TradeFlags.None)))
            .With(new BookUpdated { UpdateId = 2 })
            .ApplyTo(_view);
        RecordBuilder.For(new CommandSlot { Type = CommandType.ContinueWork, AccountId = account, OrderId = 2 }, 4, 3)
            .With(new OrderExpired
            {
                OrderId = 2,
                Reason = ExpireReason.UnfilledIoc,
                Leaves = 6,
                Released = side == Side.Buy ? 70_000 : 600,
            })
            .ApplyTo(_view);
        Assert.That(Balances(), Is.EqualTo("4600+0 40000+0 @3 | 400+0 860000+0 @3"));
    }

    [Test]
    public void Keys_are_found_by_their_exact_text_alone()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_view.TryGetApiKey("seller", out var key) && key.AccountId == Seller, Is.True);
            Assert.That(_view.TryGetApiKey("", out _), Is.False);
            Assert.That(_view.TryGetApiKey("Seller", out _), Is.False);
        });
    }

    [Test]
    public void Finding_a_key_allocates_nothing_and_does_not_wait_for_a_batch()
    {
        var text = "..seller..".ToCharArray();
        var found = false;
        long allocated = -1;
        var reader = new Thread(() =>
        {
            found = _view.TryGetApiKey(text.AsSpan(2, 6), out _);
            var before = GC.GetAllocatedBytesForCurrentThread();
            found &= _view.TryGetApiKey(text.AsSpan(2, 6), out _);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        _view.BeginBatch();
        reader.Start();
        reader.Join();
        _view.EndBatch();
        Assert.That((found, allocated), Is.EqualTo((true, 0L)));
    }

    [Test]
    public void Readers_of_balances_wait_for_the_end_of_a_batch()
    {
        var seen = "";
        var reader = new Thread(() => seen = Balances());
        var record = new RecordBuilder(CommandType.AdjustBalance, timeUs: 2).Body(new AdjustBalanceCommand(Buyer, 1, 1).ToBytes())
            .With(new BalanceAdjusted { AccountId = Buyer, AssetId = 1, Change = 1 })
            .ToBytes();
        _view.BeginBatch();
        reader.Start();
        BlockedThread.Await(reader);
        _view.Apply(new Record(record), CommandSlot.NoReply);
        _view.EndBatch();
        reader.Join();
        Assert.That(seen, Is.EqualTo("5000+0 0+0 @1 | 0+0 900001+0 @2"));
    }

    [Test]
    public void A_fold_that_makes_a_balance_negative_breaks_an_invariant()
    {
        _view.BeginBatch();
        var record = new RecordBuilder(CommandType.AdjustBalance).Body(new AdjustBalanceCommand(Seller, 0, -5_001).ToBytes())
            .With(new BalanceAdjusted { AccountId = Seller, AssetId = 0, Change = -5_001 })
            .ToBytes();
        Assert.That(() => _view.Apply(new Record(record), CommandSlot.NoReply), Throws.TypeOf<InvariantBrokenException>());
        _view.EndBatch();
    }

    private void Open(int accountId, string apiKey, params AssetAmount[] deposits)
    {
        var command = new OpenAccountCommand { ApiKey = Encoding.ASCII.GetBytes(apiKey), Deposits = deposits };
        var record = new RecordBuilder(CommandType.OpenAccount).Body(command.ToBytes()).With(new AccountOpened { AccountId = accountId });
        foreach (var deposit in deposits)
        {
            record.With(new BalanceAdjusted { AccountId = accountId, AssetId = (ushort)deposit.AssetId, Change = deposit.Amount });
        }

        record.ApplyTo(_view);
    }

    private void Adjust(int accountId, int assetId, long change, long timeUs) =>
        new RecordBuilder(CommandType.AdjustBalance, timeUs: timeUs).Body(new AdjustBalanceCommand(accountId, assetId, change).ToBytes())
            .With(new BalanceAdjusted { AccountId = accountId, AssetId = (ushort)assetId, Change = change })
            .ApplyTo(_view);

    private void RestSell(long orderId, long price, long lots, long timeUs) =>
        Rest(Seller, Side.Sell, orderId, price, lots, lots * 100, timeUs);

    private void RestBuy(long orderId, long price, long lots, long timeUs) =>
        Rest(Buyer, Side.Buy, orderId, price, lots, price * lots * 100, timeUs);

    private void Rest(int accountId, Side side, long orderId, long price, long lots, long held, long timeUs) =>
        RecordBuilder.For(Order(accountId, side, price, lots), timeUs, timeUs)
            .With(new OrderAccepted { RestsWhole = 1, OrderId = orderId, Held = held })
            .With(new BookUpdated { UpdateId = 1 })
            .ApplyTo(_view);

    private static CommandSlot Order(int accountId, Side side, long price, long lots) => new()
    {
        Type = CommandType.PlaceOrder,
        AccountId = accountId,
        Side = side,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Gtc,
        Price = price,
        Quantity = lots,
    };

    private static TradeExecuted Trade(
        int maker, long makerOrderId, long price, long lots, long makerFee, long takerFee, TradeFlags flags = TradeFlags.None) => new()
        {
            Flags = flags,
            MakerAccountId = maker,
            MakerOrderId = makerOrderId,
            TradeId = 1,
            AggregateTradeId = 1,
            Price = price,
            Quantity = lots,
            MakerFee = makerFee,
            TakerFee = takerFee,
        };

    private string Balances() => string.Join(" | ", new[] { Seller, Buyer }.Select(account =>
    {
        var balances = new List<Balance>();
        var changedUs = _view.CopyBalances(account, balances);
        return string.Join(' ', balances.Select(balance => $"{balance.Free}+{balance.Held}")) + $" @{changedUs}";
    }));
}
