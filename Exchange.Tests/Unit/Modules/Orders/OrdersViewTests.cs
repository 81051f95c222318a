using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Orders;

/// <summary>The life of orders. The first record stands at 1001 us; one lot costs 1,000 quote units at one tick.</summary>
[TestFixture]
public sealed class OrdersViewTests
{
    private TradingRecords _records = null!;
    private OrdersView _view = null!;

    [SetUp]
    public void SetUp()
    {
        _records = new TradingRecords();
        _view = new OrdersView(TradingRecords.Symbols(), closedOrdersKept: 100);
    }

    [TestCase(OrderType.Limit)]
    [TestCase(OrderType.LimitMaker)]
    public void A_resting_order_is_filled_by_one_taker_after_another(OrderType type)
    {
        Rest(1, account: 1, Side.Sell, 100, 5, "maker", type);
        Assert.That(Order(1, account: 1), Is.EqualTo($"1 1/0 'maker' Sell {type} Gtc @100 0/5 0 New 1001-1001-1001"));
        Assert.That(Open(1), Is.EqualTo(new[] { 1 }));

        _records.Place(2, Side.Buy, 101, 2, "taker").Accepted(2).Trade(Side.Buy, 1, 1, 100, 2).Filled(2).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo($"1 1/0 'maker' Sell {type} Gtc @100 2/5 200000 PartiallyFilled 1001-1002-1001"));
        Assert.That(Order(2, account: 2), Is.EqualTo("2 2/0 'taker' Buy Limit Gtc @101 2/2 200000 Filled 1002-1002-1002"));
        Assert.That(Open(2), Is.Empty);

        _records.Place(2, Side.Buy, 101, 3, "taker").Accepted(3)
            .Trade(Side.Buy, 1, 1, 100, 3, makerFilled: true).Filled(3).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo($"1 1/0 'maker' Sell {type} Gtc @100 5/5 500000 Filled 1001-1003-1001"));
        Assert.That(Open(1), Is.Empty);
    }

    [Test]
    public void An_order_that_trades_in_part_rests_with_the_rest()
    {
        Rest(1, account: 1, Side.Sell, 100, 5);
        _records.Place(2, Side.Buy, 102, 7, "b").Accepted(2)
            .Trade(Side.Buy, 1, 1, 100, 5, makerFilled: true).Rested(2, leaves: 2).BookUpdated().ApplyTo(_view);

        Assert.That(Order(2, account: 2), Is.EqualTo("2 2/0 'b' Buy Limit Gtc @102 5/7 500000 PartiallyFilled 1002-1002-1002"));
        Assert.That(Open(2), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void An_immediate_or_cancel_order_expires_with_what_it_traded()
    {
        Rest(1, account: 1, Side.Buy, 100, 5);
        _records.Place(2, Side.Sell, 99, 7, timeInForce: TimeInForce.Ioc).Accepted(2).Trade(Side.Sell, 1, 1, 100, 5, makerFilled: true)
            .Expired(2, ExpireReason.UnfilledIoc, leaves: 2).BookUpdated().ApplyTo(_view);

        Assert.That(Order(2, account: 2), Is.EqualTo("2 2/0 '' Sell Limit Ioc @99 5/7 500000 Expired(UnfilledIoc) 1002-1002-1002"));
        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 '' Buy Limit Gtc @100 5/5 500000 Filled 1001-1002-1001"));
    }

    [TestCase(TimeInForce.Ioc, ExpireReason.UnfilledIoc)]
    [TestCase(TimeInForce.Fok, ExpireReason.UnfilledFok)]
    public void An_order_that_expires_without_a_trade_never_worked(TimeInForce timeInForce, ExpireReason reason)
    {
        _records.Place(2, Side.Buy, 99, 7, timeInForce: timeInForce).Accepted(1).Expired(1, reason, leaves: 7).ApplyTo(_view);

        Assert.That(Order(1, account: 2), Is.EqualTo($"1 2/0 '' Buy Limit {timeInForce} @99 0/7 0 Expired({reason}) 1001-1001-0"));
        Assert.That(Open(2), Is.Empty);
    }

    [Test]
    public void A_fill_or_kill_order_trades_whole()
    {
        Rest(1, account: 1, Side.Sell, 100, 5);
        Rest(2, account: 1, Side.Sell, 101, 5);
        _records.Place(2, Side.Buy, 101, 6, timeInForce: TimeInForce.Fok).Accepted(3)
            .Trade(Side.Buy, 1, 1, 100, 5, makerFilled: true).Trade(Side.Buy, 1, 2, 101, 1).Filled(3).BookUpdated().ApplyTo(_view);

        Assert.That(Order(3, account: 2), Is.EqualTo("3 2/0 '' Buy Limit Fok @101 6/6 601000 Filled 1003-1003-1003"));
    }

    [Test]
    public void A_market_order_keeps_its_quantity_when_the_book_runs_out()
    {
        Rest(1, account: 1, Side.Sell, 100, 5);
        _records.Place(2, Side.Buy, 0, 8, type: OrderType.Market).Accepted(2).Trade(Side.Buy, 1, 1, 100, 5, makerFilled: true)
            .Expired(2, ExpireReason.InsufficientLiquidity, leaves: 3).BookUpdated().ApplyTo(_view);

        Assert.That(Order(2, account: 2), Is.EqualTo("2 2/0 '' Buy Market Gtc @0 5/8 500000 Expired(InsufficientLiquidity) 1002-1002-1002"));
    }

    [Test]
    public void A_market_order_by_quote_amount_has_the_lots_it_executed_as_quantity()
    {
        Rest(1, account: 1, Side.Sell, 100, 3);
        Rest(2, account: 1, Side.Sell, 110, 3);
        _records.Place(2, Side.Buy, 0, 450_000, type: OrderType.Market, isQuoteQuantity: true).Accepted(3)
            .Trade(Side.Buy, 1, 1, 100, 3, makerFilled: true).Trade(Side.Buy, 1, 2, 110, 1).Filled(3).BookUpdated().ApplyTo(_view);
        Assert.That(Order(3, account: 2), Is.EqualTo("3 2/0 '' Buy Market Gtc @0 4/4 410000/450000 Filled 1003-1003-1003"));

        _records.Place(2, Side.Buy, 0, 900_000, type: OrderType.Market, isQuoteQuantity: true).Accepted(4)
            .Trade(Side.Buy, 1, 2, 110, 2, makerFilled: true).Expired(4, ExpireReason.InsufficientLiquidity, leaves: 0).BookUpdated().ApplyTo(_view);
        Assert.That(
            Order(4, account: 2), Is.EqualTo("4 2/0 '' Buy Market Gtc @0 2/2 220000/900000 Expired(InsufficientLiquidity) 1004-1004-1004"));
    }

    [Test]
    public void A_reduction_lowers_the_quantity_and_a_cancel_leaves_it()
    {
        Rest(1, account: 1, Side.Buy, 100, 9);
        _records.Reduce(1, 1, by: 2).Reduced(1, Side.Buy, 100, by: 2).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 '' Buy Limit Gtc @100 0/7 0 New 1001-1002-1001"));

        _records.Cancel(1, 1).Canceled(1, Side.Buy, 100, leaves: 7).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 '' Buy Limit Gtc @100 0/7 0 Canceled 1001-1003-1001"));
        Assert.That(Open(1), Is.Empty);
    }

    [Test]
    public void A_moved_order_keeps_its_id_and_its_fills()
    {
        Rest(1, account: 1, Side.Buy, 100, 9, "m");
        _records.Place(2, Side.Sell, 100, 2).Accepted(2).Trade(Side.Sell, 1, 1, 100, 2).Filled(2).BookUpdated().ApplyTo(_view);
        _records.Move(1, 1, 101).Moved(1, Side.Buy, 100, 101, leaves: 7, restsWhole: true).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 'm' Buy Limit Gtc @101 2/9 200000 PartiallyFilled 1001-1003-1001"));

        Rest(3, account: 2, Side.Sell, 105, 3);
        _records.Move(1, 1, 105).Moved(1, Side.Buy, 101, 105, leaves: 7)
            .Trade(Side.Buy, 2, 3, 105, 3, makerFilled: true).Rested(1, leaves: 4).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 'm' Buy Limit Gtc @105 5/9 515000 PartiallyFilled 1001-1005-1001"));

        Rest(4, account: 2, Side.Sell, 106, 4);
        _records.Move(1, 1, 106).Moved(1, Side.Buy, 105, 106, leaves: 4)
            .Trade(Side.Buy, 2, 4, 106, 4, makerFilled: true).Filled(1).BookUpdated().ApplyTo(_view);
        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 'm' Buy Limit Gtc @106 9/9 939000 Filled 1001-1007-1001"));
        Assert.That(Open(1), Is.Empty);
    }

    [Test]
    public void A_self_trade_fills_both_orders_of_the_account()
    {
        Rest(1, account: 1, Side.Sell, 100, 5);
        _records.Place(1, Side.Buy, 100, 3).Accepted(2).Trade(Side.Buy, 1, 1, 100, 3).Filled(2).BookUpdated().ApplyTo(_view);

        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 '' Sell Limit Gtc @100 3/5 300000 PartiallyFilled 1001-1002-1001"));
        Assert.That(Order(2, account: 1), Is.EqualTo("2 1/0 '' Buy Limit Gtc @100 3/3 300000 Filled 1002-1002-1002"));
    }

    [Test]
    public void A_rejected_command_changes_nothing()
    {
        Rest(1, account: 1, Side.Sell, 100, 5, "a");
        _records.Place(1, Side.Buy, 0, 5, "a", (OrderType)99).Rejected(RejectReason.InvalidOrderType).ApplyTo(_view);
        _records.Cancel(1, 7).Rejected(RejectReason.UnknownOrder).ApplyTo(_view);

        Assert.That(Order(1, account: 1), Is.EqualTo("1 1/0 'a' Sell Limit Gtc @100 0/5 0 New 1001-1001-1001"));
        Assert.That(Open(1), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void An_order_continues_over_several_records_at_the_time_of_the_first()
    {
        Rest(1, account: 1, Side.Sell, 100, 1);
        Rest(2, account: 1, Side.Sell, 100, 1);
        _records.Place(2, Side.Buy, 100, 3, "c", continues: true).Accepted(3)
            .Trade(Side.Buy, 1, 1, 100, 1, makerFilled: true).BookUpdated().ApplyTo(_view);
        Assert.That(Order(3, account: 2), Is.EqualTo("3 2/0 'c' Buy Limit Gtc @100 1/3 100000 PartiallyFilled 1003-1003-1003"));

        _records.Continue(2, 3).Trade(Side.Buy, 1, 2, 100, 1, makerFilled: true).Rested(3, leaves: 1).BookUpdated().ApplyTo(_view);
        Assert.That(Order(3, account: 2), Is.EqualTo("3 2/0 'c' Buy Limit Gtc @100 2/3 200000 PartiallyFilled 1003-1003-1003"));
    }

    [Test]
    public void Open_orders_are_listed_by_id_for_one_account_and_one_or_all_symbols()
    {
        for (var id = 1; id <= 6; id++)
        {
            _records.Place(1 + (id / 6), Side.Buy, 100, 1, symbol: id % 2).Accepted(id, restsWhole: true).BookUpdated().ApplyTo(_view);
        }

        _records.Cancel(1, 3, symbol: 1).Canceled(3, Side.Buy, 100, 1).BookUpdated().ApplyTo(_view);
        _records.Move(1, 1, 99, symbol: 1).Moved(1, Side.Buy, 100, 99, 1, restsWhole: true).BookUpdated().ApplyTo(_view);

        Assert.That(Open(1), Is.EqualTo(new[] { 1, 2, 4, 5 }));
        Assert.That(Open(1, symbol: 1), Is.EqualTo(new[] { 1, 5 }));
        Assert.That(Open(2), Is.EqualTo(new[] { 6 }));
        Assert.That(Open(3), Is.Empty);
        Assert.That(Open(1_000_000), Is.Empty);
        Assert.That(Open(-1), Is.Empty);
    }

    [Test]
    public void An_order_is_found_by_its_own_account_and_symbol_alone()
    {
        Rest(1, account: 1, Side.Sell, 100, 5, "a");

        Assert.That(Order(1, account: 2), Is.EqualTo("none"));
        Assert.That(Order(1, account: 1, symbol: 1), Is.EqualTo("none"));
        Assert.That(Order(2, account: 1), Is.EqualTo("none"));
        Assert.That(Named("a", account: 2), Is.EqualTo("none"));
        Assert.That(Named("a", account: 1, symbol: 1), Is.EqualTo("none"));
        Assert.That(Named("b", account: 1), Is.EqualTo("none"));
        Assert.That(Named("", account: 1), Is.EqualTo("none"));
        Assert.That(Named("a", account: 1), Does.StartWith("1 1/0 'a'"));
    }

    [Test]
    public void Events_that_disagree_with_the_fold_stop_it()
    {
        Rest(1, account: 1, Side.Sell, 100, 5);
        TradingRecord[] wrong =
        [
            _records.Cancel(1, 9).Canceled(9, Side.Sell, 100, 5),
            _records.Cancel(1, 1).Canceled(1, Side.Sell, 100, 4),
            _records.Place(1, Side.Sell, 100, 5).Accepted(1, restsWhole: true),
            _records.Reduce(1, 1, 5).Reduced(1, Side.Sell, 100, 5),
        ];
        foreach (var record in wrong)
        {
            Assert.That(() => record.ApplyTo(_view), Throws.TypeOf<InvariantBrokenException>());
        }
    }

    [Test]
    public void Readers_wait_for_the_end_of_a_batch_and_see_all_of_it()
    {
        List<OrderState> seen = [];
        _view.BeginBatch();
        _records.Place(1, Side.Buy, 100, 1).Accepted(1, restsWhole: true).BookUpdated().AddTo(_view);
        var reader = new Thread(() => _view.CopyOpen(1, null, seen));
        reader.Start();
        SpinWait.SpinUntil(() => (reader.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0);
        _records.Place(1, Side.Buy, 100, 1).Accepted(2, restsWhole: true).BookUpdated().AddTo(_view);
        _view.EndBatch();
        reader.Join();

        Assert.That(seen.Select(order => order.OrderId), Is.EqualTo(new[] { 1, 2 }));
    }

    private void Rest(
        long orderId, int account, Side side, long price, long quantity, string clientId = "", OrderType type = OrderType.Limit) =>
        _records.Place(account, side, price, quantity, clientId, type).Accepted(orderId, restsWhole: true).BookUpdated().ApplyTo(_view);

    private string Order(long orderId, int account, int symbol = 0) =>
        _view.TryGet(account, symbol, orderId, out var order) ? order.Text() : "none";

    private string Named(string clientId, int account, int symbol = 0) =>
        _view.TryGet(account, symbol, ClientOrderId.From(clientId), out var order) ? order.Text() : "none";

    private IEnumerable<long> Open(int account, int? symbol = null)
    {
        List<OrderState> orders = [default];
        _view.CopyOpen(account, symbol, orders);
        return orders.Select(order => order.OrderId);
    }
}
