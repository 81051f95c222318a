using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Orders;

/// <summary>What waiting callers get: the orders as they stood at the position of their command.</summary>
[TestFixture]
public sealed class ReplyCaptureTests
{
    private TradingRecords _records = null!;
    private OrdersView _view = null!;

    [SetUp]
    public void SetUp()
    {
        _records = new TradingRecords();
        _view = new OrdersView(TradingRecords.Symbols(), closedOrdersKept: 1);
    }

    [Test]
    public void An_order_is_captured_at_its_record_whatever_the_same_batch_does_to_it_later()
    {
        _view.BeginBatch();
        var placed = _records.Place(1, Side.Sell, 100, 5, "m");
        placed.Accepted(1, restsWhole: true).BookUpdated().AddTo(_view, token: 3);
        var reduced = _records.Reduce(1, 1, by: 1);
        reduced.Reduced(1, Side.Sell, 100, by: 1).BookUpdated().AddTo(_view, token: 0);
        var taken = _records.Place(2, Side.Buy, 100, 2);
        taken.Accepted(2).Trade(Side.Buy, 1, 1, 100, 2, takerFee: 9).Filled(2).BookUpdated().AddTo(_view, token: 4);
        var canceled = _records.Cancel(1, 1);
        canceled.Canceled(1, Side.Sell, 100, leaves: 2).BookUpdated().AddTo(_view, token: 5);
        _records.Place(2, Side.Buy, 0, 2, type: OrderType.Market).Accepted(3).Expired(3, ExpireReason.InsufficientLiquidity, 2).AddTo(_view);
        _view.EndBatch();

        Assert.That(Taken(3, placed), Is.EqualTo("1 1/0 'm' Sell Limit Gtc @100 0/5 0 New 1001-1001-1001 | "));
        Assert.That(Taken(0, reduced), Is.EqualTo("1 1/0 'm' Sell Limit Gtc @100 0/4 0 New 1001-1002-1001 | "));
        Assert.That(Taken(4, taken), Is.EqualTo("2 2/0 '' Buy Limit Gtc @100 2/2 200000 Filled 1003-1003-1003 | #1:2@100-9"));
        Assert.That(Taken(5, canceled), Is.EqualTo("1 1/0 'm' Sell Limit Gtc @100 2/4 200000 Canceled 1001-1004-1001 | "));
        Assert.That(_view.TryGet(1, 0, 1, out _), Is.False, "the window of one has forgotten what the capture still told");
    }

    [Test]
    public void A_moved_order_is_captured_with_the_fills_of_the_move_alone()
    {
        _records.Place(1, Side.Sell, 105, 3).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_view);
        _records.Place(2, Side.Buy, 100, 5).Accepted(2, restsWhole: true).BookUpdated().ApplyTo(_view);
        var moved = _records.Move(2, 2, 105);
        moved.Moved(2, Side.Buy, 100, 105, leaves: 5).Trade(Side.Buy, 1, 1, 105, 3, makerFilled: true, takerFee: 2).Rested(2, 2).BookUpdated()
            .ApplyTo(_view, token: 1);

        Assert.That(Taken(1, moved), Is.EqualTo("2 2/0 '' Buy Limit Gtc @105 3/5 315000 PartiallyFilled 1002-1003-1002 | #1:3@105-2"));
    }

    [TestCase(7)]
    [TestCase(-1)]
    public void A_continued_command_is_captured_over_all_its_records(int tokenOfContinuation)
    {
        for (var id = 1; id <= 3; id++)
        {
            _records.Place(1, Side.Sell, 100 + id, 1).Accepted(id, restsWhole: true).BookUpdated().ApplyTo(_view);
        }

        var placed = _records.Place(2, Side.Buy, 110, 4, continues: true);
        placed.Accepted(4).Trade(Side.Buy, 1, 1, 101, 1, makerFilled: true).BookUpdated().ApplyTo(_view, token: 7);
        _records.Continue(2, 4, continues: true).Trade(Side.Buy, 1, 2, 102, 1, makerFilled: true).BookUpdated().ApplyTo(_view, tokenOfContinuation);
        _records.Continue(2, 4).Trade(Side.Buy, 1, 3, 103, 1, makerFilled: true).Rested(4, leaves: 1).BookUpdated().ApplyTo(_view, tokenOfContinuation);
        _records.Place(1, Side.Sell, 110, 1).Accepted(5).Trade(Side.Sell, 2, 4, 110, 1, makerFilled: true).Filled(5).BookUpdated().ApplyTo(_view);

        Assert.That(
            Taken(7, placed),
            Is.EqualTo("4 2/0 '' Buy Limit Gtc @110 3/4 306000 PartiallyFilled 1004-1004-1004 | #1:1@101-0 #2:1@102-0 #3:1@103-0"));
    }

    [Test]
    public void A_mass_cancel_captures_every_order_over_all_its_records()
    {
        for (var id = 1; id <= 3; id++)
        {
            _records.Place(1, Side.Sell, 100 + id, 1).Accepted(id, restsWhole: true).BookUpdated().ApplyTo(_view);
        }

        var command = _records.CancelAll(1, continues: true);
        command.Canceled(1, Side.Sell, 101, 1).Canceled(2, Side.Sell, 102, 1).BookUpdated().ApplyTo(_view, token: 2);
        _records.Continue(1, orderId: 0).Canceled(3, Side.Sell, 103, 1).BookUpdated().ApplyTo(_view, token: 2);

        _view.TakeCapture(2, command.Sequence, out _, out var fills, out var canceled);
        Assert.That(fills, Is.Empty);
        Assert.That(canceled.Select(order => order.Text()), Is.EqualTo(new[]
        {
            "1 1/0 '' Sell Limit Gtc @101 0/1 0 Canceled 1001-1004-1001",
            "2 1/0 '' Sell Limit Gtc @102 0/1 0 Canceled 1002-1004-1002",
            "3 1/0 '' Sell Limit Gtc @103 0/1 0 Canceled 1003-1004-1003",
        }));
    }

    [Test]
    public void A_token_that_is_used_again_shows_nothing_of_the_command_before()
    {
        _records.Place(1, Side.Sell, 100, 1).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_view);
        _records.Place(2, Side.Buy, 100, 1).Accepted(2).Trade(Side.Buy, 1, 1, 100, 1, makerFilled: true).Filled(2).BookUpdated().ApplyTo(_view, token: 0);
        var second = _records.Place(2, Side.Buy, 90, 1);
        second.Accepted(3, restsWhole: true).BookUpdated().ApplyTo(_view, token: 0);

        Assert.That(Taken(0, second), Is.EqualTo("3 2/0 '' Buy Limit Gtc @90 0/1 0 New 1003-1003-1003 | "));
    }

    [Test]
    public void A_capture_is_taken_once_and_by_its_own_command_alone()
    {
        var placed = _records.Place(1, Side.Sell, 100, 1);
        placed.Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_view, token: 0);

        Assert.That(() => _view.TakeCapture(0, placed.Sequence + 1, out _, out _, out _), Throws.TypeOf<InvariantBrokenException>());
        Assert.That(() => _view.TakeCapture(9, placed.Sequence, out _, out _, out _), Throws.TypeOf<InvariantBrokenException>());
        Assert.That(Taken(0, placed), Does.StartWith("1 1/0"));
        Assert.That(() => Taken(0, placed), Throws.TypeOf<InvariantBrokenException>());
    }

    private string Taken(int token, TradingRecord record)
    {
        _view.TakeCapture(token, record.Sequence, out var order, out var fills, out _);
        return $"{order.Text()} | {fills.Text()}";
    }
}
