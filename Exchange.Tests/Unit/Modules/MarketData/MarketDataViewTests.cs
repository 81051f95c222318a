using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.MarketData;

[TestFixture]
public sealed class MarketDataViewTests
{
    private TradingRecords _records = null!;
    private MarketDataView _view = null!;

    [SetUp]
    public void SetUp()
    {
        _records = new TradingRecords();
        _view = new MarketDataView(new MarketDataOptions { TradesKept = 1_000 });
    }

    [Test]
    public void A_symbol_without_records_is_empty()
    {
        Assert.That(Book(), Is.EqualTo("0:  | "));
        Assert.That(_view.LastPrice(0), Is.Zero);
        Assert.That(Trades(10), Is.Empty);
    }

    [Test]
    public void Orders_that_rest_whole_make_levels_best_first()
    {
        Rest(1, Side.Buy, 100, 5);
        Rest(2, Side.Buy, 101, 2);
        Rest(3, Side.Buy, 100, 1);
        Rest(4, Side.Sell, 105, 4);
        Rest(5, Side.Sell, 103, 3);

        Assert.That(Book(), Is.EqualTo("5: 101x2 100x6 | 103x3 105x4"));
    }

    [Test]
    public void A_rejected_order_changes_nothing()
    {
        Rest(1, Side.Buy, 100, 5);
        _records.Place(1, Side.Buy, 100, 5).Rejected(RejectReason.InsufficientBalance).ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("1: 100x5 | "));
    }

    [Test]
    public void A_trade_takes_lots_from_the_makers_side_and_a_filled_maker_its_level()
    {
        Rest(1, Side.Sell, 103, 3);
        Rest(2, Side.Sell, 104, 3);
        _records.Place(2, Side.Buy, 104, 4, timeInForce: TimeInForce.Ioc).Accepted(3)
            .Trade(Side.Buy, 1, 1, 103, 3, makerFilled: true).Trade(Side.Buy, 1, 2, 104, 1).Filled(3).BookUpdated().ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("3:  | 104x2"));
        Assert.That(_view.LastPrice(0), Is.EqualTo(104));
    }

    [Test]
    public void What_an_incoming_order_does_not_trade_rests_at_its_own_price()
    {
        Rest(1, Side.Buy, 100, 5);
        _records.Place(2, Side.Sell, 99, 7).Accepted(2)
            .Trade(Side.Sell, 1, 1, 100, 5, makerFilled: true).Rested(2, 2).BookUpdated().ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("2:  | 99x2"));
    }

    [Test]
    public void An_order_that_expires_leaves_no_level()
    {
        _records.Place(1, Side.Buy, 100, 5, timeInForce: TimeInForce.Fok).Accepted(1)
            .Expired(1, ExpireReason.UnfilledFok, 5).ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("0:  | "));
    }

    [Test]
    public void Cancel_and_reduction_take_lots_off()
    {
        Rest(1, Side.Buy, 100, 5);
        Rest(2, Side.Buy, 100, 4);
        Rest(3, Side.Sell, 103, 3);
        _records.Reduce(1, 1, by: 2).Reduced(1, Side.Buy, 100, 2).BookUpdated().ApplyTo(_view);
        Assert.That(Book(), Is.EqualTo("4: 100x7 | 103x3"));

        _records.Cancel(1, 1).Canceled(1, Side.Buy, 100, 3).BookUpdated().ApplyTo(_view);
        Assert.That(Book(), Is.EqualTo("5: 100x4 | 103x3"));

        _records.CancelAll(1).Canceled(2, Side.Buy, 100, 4).Canceled(3, Side.Sell, 103, 3).BookUpdated().ApplyTo(_view);
        Assert.That(Book(), Is.EqualTo("6:  | "));
    }

    [Test]
    public void A_moved_order_that_does_not_cross_changes_its_level()
    {
        Rest(1, Side.Buy, 100, 5);
        _records.Move(1, 1, 102).Moved(1, Side.Buy, from: 100, to: 102, leaves: 5, restsWhole: true).BookUpdated().ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("2: 102x5 | "));
    }

    [Test]
    public void A_moved_order_trades_and_rests_at_the_new_price()
    {
        Rest(1, Side.Buy, 100, 5);
        Rest(2, Side.Sell, 103, 3);
        _records.Move(1, 1, 104).Moved(1, Side.Buy, from: 100, to: 104, leaves: 5)
            .Trade(Side.Buy, 1, 2, 103, 3, makerFilled: true).Rested(1, 2).BookUpdated().ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("3: 104x2 | "));
    }

    [Test]
    public void A_continued_order_rests_at_the_price_of_its_first_record()
    {
        Rest(1, Side.Sell, 103, 3);
        Rest(2, Side.Sell, 104, 3);
        _records.Place(2, Side.Buy, 105, 10, continues: true).Accepted(3)
            .Trade(Side.Buy, 1, 1, 103, 3, makerFilled: true).BookUpdated().ApplyTo(_view);
        Assert.That(Book(), Is.EqualTo("3:  | 104x3"));

        _records.Continue(2, 3).Trade(Side.Buy, 1, 2, 104, 3, makerFilled: true).Rested(3, 4).BookUpdated().ApplyTo(_view);
        Assert.That(Book(), Is.EqualTo("4: 105x4 | "));
    }

    [Test]
    public void A_continued_move_rests_at_its_new_price()
    {
        Rest(1, Side.Buy, 103, 3);
        Rest(2, Side.Sell, 110, 5);
        _records.Move(1, 2, 102, continues: true).Moved(2, Side.Sell, from: 110, to: 102, leaves: 5)
            .Trade(Side.Sell, 1, 1, 103, 3, makerFilled: true).BookUpdated().ApplyTo(_view);
        _records.Continue(1, 2).Rested(2, 2).BookUpdated().ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("4:  | 102x2"));
    }

    [Test]
    public void Symbols_have_books_and_trades_of_their_own()
    {
        Rest(1, Side.Sell, 103, 3);
        _records.Place(1, Side.Sell, 50, 9, symbol: 5).Accepted(2, restsWhole: true).BookUpdated().ApplyTo(_view);
        _records.Place(2, Side.Buy, 50, 1, symbol: 5).Accepted(3).Trade(Side.Buy, 1, 2, 50, 1).Filled(3).BookUpdated().ApplyTo(_view);

        Assert.That(Book(), Is.EqualTo("1:  | 103x3"));
        Assert.That(Book(5), Is.EqualTo("2:  | 50x8"));
        Assert.That((_view.LastPrice(0), _view.LastPrice(5)), Is.EqualTo((0L, 50L)));
    }

    [Test]
    public void A_limit_of_levels_holds_for_each_side()
    {
        for (var i = 0; i < 5; i++)
        {
            Rest(2 * i + 1, Side.Buy, 100 - i, 1 + i);
            Rest(2 * i + 2, Side.Sell, 101 + i, 1 + i);
        }

        Assert.That(Book(limit: 2), Is.EqualTo("10: 100x1 99x2 | 101x1 102x2"));
    }

    [Test]
    public void A_trade_shows_what_everybody_may_see()
    {
        Rest(1, Side.Sell, 103, 3);
        Rest(2, Side.Buy, 100, 3);
        _records.Place(2, Side.Buy, 103, 1).Accepted(3).Trade(Side.Buy, 1, 1, 103, 1).Filled(3).BookUpdated().ApplyTo(_view);
        var boughtAt = _records.TimeUs;
        _records.Place(2, Side.Sell, 100, 2).Accepted(4).Trade(Side.Sell, 1, 2, 100, 2).Filled(4).BookUpdated().ApplyTo(_view);

        Assert.That(Trades(10), Is.EqualTo(new PublicTrade[]
        {
            new(1, 1, 103, 1, boughtAt, IsBuyerMaker: false),
            new(2, 2, 100, 2, boughtAt + 1, IsBuyerMaker: true),
        }));
    }

    [Test]
    public void The_ring_keeps_the_newest_thousand_trades_oldest_first()
    {
        Rest(1, Side.Sell, 103, 10_000);
        for (var order = 2; order < 2 + 1_001; order++)
        {
            _records.Place(2, Side.Buy, 103, order).Accepted(order).Trade(Side.Buy, 1, 1, 103, 1).Filled(order).BookUpdated().ApplyTo(_view);
        }

        Assert.That(Trades(1_000).Select(trade => trade.TradeId), Is.EqualTo(Enumerable.Range(2, 1_000)));
        Assert.That(Trades(5_000).Select(trade => trade.TradeId), Is.EqualTo(Enumerable.Range(2, 1_000)));
        Assert.That(Trades(3).Select(trade => trade.TradeId), Is.EqualTo(new[] { 999, 1_000, 1_001 }));
    }

    [Test]
    public void Gaps_and_levels_below_zero_stop_the_fold()
    {
        Rest(1, Side.Sell, 103, 3);
        Assert.That(
            () => _records.Cancel(1, 1).Canceled(1, Side.Sell, 103, 4).BookUpdated().ApplyTo(_view),
            Throws.TypeOf<InvariantBrokenException>().With.Message.Contains("below zero"));

        _records.NextUpdateId(0);
        Assert.That(
            () => _records.Place(1, Side.Buy, 90, 1).Accepted(2, restsWhole: true).BookUpdated().ApplyTo(_view),
            Throws.TypeOf<InvariantBrokenException>().With.Message.Contains("update ids"));

        _records.NextTradeId(0);
        Assert.That(
            () => _records.Place(1, Side.Buy, 103, 1).Accepted(3).Trade(Side.Buy, 1, 1, 103, 1).ApplyTo(_view),
            Throws.TypeOf<InvariantBrokenException>().With.Message.Contains("trade ids"));
    }

    private void Rest(long orderId, Side side, long price, long quantity) =>
        _records.Place(1, side, price, quantity).Accepted(orderId, restsWhole: true).BookUpdated().ApplyTo(_view);

    /// <summary>Returns the book as "update id: bids | asks", levels as price x quantity.</summary>
    private string Book(int symbol = 0, int limit = 1_000)
    {
        List<DepthLevel> bids = [new(1, 1)];
        List<DepthLevel> asks = [new(1, 1)];
        var updateId = _view.CopyDepth(symbol, limit, bids, asks);
        return $"{updateId}: {Join(bids)} | {Join(asks)}";
    }

    private static string Join(List<DepthLevel> levels) => string.Join(' ', levels.Select(level => $"{level.Price}x{level.Quantity}"));

    private List<PublicTrade> Trades(int limit)
    {
        List<PublicTrade> trades = [default];
        _view.CopyTrades(0, TradeRange.Newest(limit), trades);
        return trades;
    }
}
