using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Risk;

/// <summary>Account 1 may place 100 orders in ten seconds and 1,000 a day; account 2 any number.</summary>
public sealed class OrderCountsViewTests
{
    private const long Now = 1_704_067_200_000_000;

    private IRiskModule _module = null!;

    [SetUp]
    public void Open_two_accounts()
    {
        using var provider = new ServiceCollection().AddRiskModule().BuildServiceProvider();
        _module = provider.GetRequiredService<IRiskModule>();
        Open(1, 100, 1_000);
        Open(2, 0, 0);
    }

    [Test]
    public void Accepted_orders_count_and_rejected_ones_do_not()
    {
        Rest(1, orderId: 1);
        Rest(1, orderId: 2);
        RecordBuilder.For(Order(1), 1, Now).With(new CommandRejected { Reason = RejectReason.LotSize }).ApplyTo(_module.View);
        Assert.Multiple(() =>
        {
            Assert.That(_module.CountsOf(1, Now), Is.EqualTo(new OrderCounts(2, 2, 100, 1_000)));
            Assert.That(_module.CountsOf(1, Now + 10_000_000), Is.EqualTo(new OrderCounts(0, 2, 100, 1_000)));
            Assert.That(_module.CountsOf(2, Now), Is.EqualTo(default(OrderCounts)));
            Assert.That(_module.CountsOf(3, Now), Is.EqualTo(default(OrderCounts)));
        });
    }

    [Test]
    public void The_first_fill_alone_gives_back_1_as_taker_and_5_as_maker()
    {
        Rest(1, orderIds: [1, 2, 3, 4, 5, 6, 7, 8]);
        Rest(2, orderIds: [11, 12, 13, 14]);
        Take(2, orderId: 20, makers: [(1, 1), (1, 2)]);
        Assert.That(Counts(), Is.EqualTo((0, 4)), "8 - 5 - 5 not below 0; 4 + 1 - 1");
        Rest(1, orderIds: [30, 31, 32, 33, 34, 35]);
        Take(2, orderId: 21, makers: [(1, 1), (1, 2)]);
        Assert.That(Counts(), Is.EqualTo((6, 4)), "the makers had a fill before");
    }

    [Test]
    public void An_order_that_rests_after_a_fill_has_had_its_first_fill()
    {
        Rest(1, orderIds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        Take(2, orderId: 20, makers: [(1, 1)], rests: true);
        Assert.That(Counts(), Is.EqualTo((7, 0)));
        Rest(2, orderIds: [21, 22, 23, 24, 25, 26, 27]);
        Take(1, orderId: 30, makers: [(2, 20)]);
        Assert.That(Counts(), Is.EqualTo((7, 7)), "the maker's first fill was as taker");
    }

    [Test]
    public void A_continued_taker_gives_back_once()
    {
        Rest(2, orderIds: [1, 2, 3, 4, 5, 6, 7]);
        Rest(1, orderIds: [11, 12, 13]);
        RecordBuilder.For(Order(1), 1, Now).Continues()
            .With(new OrderAccepted { OrderId = 20 })
            .With(new TradeExecuted { MakerAccountId = 2, MakerOrderId = 1, Quantity = 1, Price = 1 })
            .ApplyTo(_module.View);
        RecordBuilder.For(new CommandSlot { Type = CommandType.ContinueWork, AccountId = 1, OrderId = 20 }, 2, Now)
            .With(new TradeExecuted { MakerAccountId = 2, MakerOrderId = 1, Quantity = 1, Price = 1 })
            .With(new OrderFilled { OrderId = 20 })
            .ApplyTo(_module.View);
        Assert.That(Counts(), Is.EqualTo((3, 2)));
    }

    [Test]
    public void A_taker_whose_trades_begin_in_the_continuation_gives_back_there()
    {
        Rest(1, orderIds: [11, 12]);
        RecordBuilder.For(Order(1), 1, Now).Continues().With(new OrderAccepted { OrderId = 20 }).ApplyTo(_module.View);
        Assert.That(Counts().First, Is.EqualTo(3));
        RecordBuilder.For(new CommandSlot { Type = CommandType.ContinueWork, AccountId = 1, OrderId = 20 }, 2, Now)
            .With(new TradeExecuted { MakerAccountId = 2, MakerOrderId = 99, Quantity = 1, Price = 1 })
            .ApplyTo(_module.View);
        Assert.That(Counts().First, Is.EqualTo(2));
    }

    [TestCase(false, 2, Description = "1 given back of 3")]
    [TestCase(true, 3, Description = "the order had its first fill before; 7 + 1 - 5 placed until then")]
    public void A_moved_order_that_trades_gives_back_if_it_had_no_fill(bool hadFill, int expected)
    {
        if (hadFill)
        {
            Rest(1, orderIds: [1, 2, 3, 4, 5, 6, 7, 8]);
            Take(2, orderId: 20, makers: [(1, 1)]);
        }
        else
        {
            Rest(1, orderIds: [1, 2, 3]);
        }

        Assert.That(Counts().First, Is.EqualTo(3));
        Move(1, orderId: 1, restsWhole: false);
        Assert.That(Counts().First, Is.EqualTo(expected));
        Take(2, orderId: 21, makers: [(1, 1)]);
        Assert.That(Counts().First, Is.EqualTo(expected), "its first fill is over");
    }

    [Test]
    public void A_moved_order_that_rests_still_waits_for_its_first_fill()
    {
        Rest(1, orderIds: [1, 2, 3, 4, 5, 6, 7]);
        Move(1, orderId: 1, restsWhole: true);
        Take(2, orderId: 20, makers: [(1, 1)]);
        Assert.That(Counts().First, Is.EqualTo(2));
    }

    [Test]
    public void A_canceled_order_gives_nothing_back()
    {
        Rest(1, orderIds: [1, 2]);
        RecordBuilder.For(new CommandSlot { Type = CommandType.CancelOrder, AccountId = 1, OrderId = 1 }, 1, Now)
            .With(new OrderCanceled { OrderId = 1, Leaves = 1, Price = 1 })
            .ApplyTo(_module.View);
        Assert.That(Counts().First, Is.EqualTo(2));
    }

    [Test]
    public void Readers_wait_for_the_end_of_a_batch()
    {
        Rest(1, orderId: 1);
        var seen = 0;
        var reader = new Thread(() => seen = _module.CountsOf(1, Now).Per10Seconds);
        _module.View.BeginBatch();
        reader.Start();
        BlockedThread.Await(reader);
        foreach (var orderId in new[] { 2, 3 })
        {
            var record = RecordBuilder.For(Order(1), 1, Now).With(new OrderAccepted { OrderId = orderId, RestsWhole = 1 }).ToBytes();
            _module.View.Apply(new Record(record), CommandSlot.NoReply);
        }

        _module.View.EndBatch();
        reader.Join();
        Assert.That(seen, Is.EqualTo(3));
    }

    private (int First, int Second) Counts() => (_module.CountsOf(1, Now).Per10Seconds, _module.CountsOf(2, Now).Per10Seconds);

    private void Open(int accountId, int limitPer10Seconds, int limitPerDay)
    {
        var command = new OpenAccountCommand { OrderLimitPer10Seconds = limitPer10Seconds, OrderLimitPerDay = limitPerDay };
        new RecordBuilder(CommandType.OpenAccount).Body(command.ToBytes()).With(new AccountOpened { AccountId = accountId }).ApplyTo(_module.View);
    }

    private void Rest(int accountId, long orderId) => Rest(accountId, [orderId]);

    private void Rest(int accountId, long[] orderIds)
    {
        foreach (var orderId in orderIds)
        {
            RecordBuilder.For(Order(accountId), 1, Now).With(new OrderAccepted { OrderId = orderId, RestsWhole = 1 }).ApplyTo(_module.View);
        }
    }

    private void Take(int accountId, long orderId, (int Account, long OrderId)[] makers, bool rests = false)
    {
        var record = RecordBuilder.For(Order(accountId), 1, Now).With(new OrderAccepted { OrderId = orderId });
        foreach (var maker in makers)
        {
            record.With(new TradeExecuted { MakerAccountId = maker.Account, MakerOrderId = maker.OrderId, Quantity = 1, Price = 1 });
        }

        (rests ? record.With(new OrderRested { OrderId = orderId, Leaves = 1 }) : record.With(new OrderFilled { OrderId = orderId }))
            .ApplyTo(_module.View);
    }

    private void Move(int accountId, long orderId, bool restsWhole)
    {
        var move = new CommandSlot { Type = CommandType.MoveOrder, AccountId = accountId, OrderId = orderId, Price = 2 };
        var record = RecordBuilder.For(move, 1, Now)
            .With(new OrderMoved { OrderId = orderId, OldPrice = 1, NewPrice = 2, Leaves = 2, RestsWhole = restsWhole ? (byte)1 : (byte)0 });
        if (!restsWhole)
        {
            record.With(new TradeExecuted { MakerAccountId = 2, MakerOrderId = 999, Quantity = 1, Price = 1 })
                .With(new OrderRested { OrderId = orderId, Leaves = 1 });
        }

        record.ApplyTo(_module.View);
    }

    private static CommandSlot Order(int accountId) => new()
    {
        Type = CommandType.PlaceOrder,
        AccountId = accountId,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Gtc,
        Price = 1,
        Quantity = 2,
    };
}
