using Exchange.MarketData;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.MarketData;

/// <summary>What the view tells those who fold for a store of their own.</summary>
[TestFixture]
internal sealed class MarketFoldTests
{
    private const long SecondUs = 1_000_000;
    private const long MinuteUs = 60 * SecondUs;
    private const int OneMinute = 1;

    private TradingRecords _records = null!;
    private MarketDataView _view = null!;
    private MarketFolds _folds = null!;

    [SetUp]
    public void SetUp()
    {
        _records = new TradingRecords();
        _view = new MarketDataView(new MarketDataOptions { TradesKept = 1_000 });
        _folds = new MarketFolds(_view);
        _records.Place(1, Side.Sell, 103, 10_000).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_view);
    }

    [Test]
    public void The_changed_symbol_is_that_of_the_last_record()
    {
        Assert.That(_view.ChangedSymbolId, Is.Zero);

        _records.Place(1, Side.Buy, 90, 1, symbol: 1).Accepted(2, restsWhole: true).BookUpdated().ApplyTo(_view);
        Assert.That(_view.ChangedSymbolId, Is.EqualTo(1));

        _records.Place(1, Side.Buy, 90, 1, symbol: 1).Rejected(RejectReason.InsufficientBalance).ApplyTo(_view);
        Assert.That(_view.ChangedSymbolId, Is.EqualTo(IMarketFold.NoSymbol));
    }

    [Test]
    public void Trades_since_an_id_are_the_newest_of_them()
    {
        for (var second = 1; second <= 1_010; second++)
        {
            TradeAt(second * SecondUs);
        }

        Assert.That(TradesSince(1_009, 10), Is.EqualTo(new[] { 1_009, 1_010 }));
        Assert.That(TradesSince(1_000, 3), Is.EqualTo(new[] { 1_008, 1_009, 1_010 }));
        Assert.That(TradesSince(1, 2_000), Is.EqualTo(Enumerable.Range(11, 1_000)), "the oldest are kept no longer");
        Assert.That(TradesSince(1_011, 10), Is.Empty);
        Assert.That(TradesSince(1, 10, symbol: 7), Is.Empty);
    }

    [Test]
    public void Candles_are_those_with_trades_of_the_last_intervals()
    {
        Assert.That(Candles(0, 3), Is.EqualTo("from 0:"), "no trade yet");
        foreach (var minute in new[] { 10, 11, 14, 16 })
        {
            TradeAt(minute * MinuteUs);
        }

        Assert.That(Candles(0, 100), Is.EqualTo("from -83: 10 11 14 16"));
        Assert.That(Candles(0, 3), Is.EqualTo("from 14: 14 16"));
        Assert.That(Candles(11 * MinuteUs + 5, 100), Is.EqualTo("from -83: 11 14 16"));
        Assert.That(Candles(11 * MinuteUs + 5, 3), Is.EqualTo("from 14: 14 16"));
    }

    [Test]
    public void A_copy_goes_on_by_itself_from_where_the_view_stands()
    {
        TradeAt(5 * MinuteUs);

        var copy = _folds.CopyOfView();
        var original = Depth(_view);
        Assert.That(Depth(copy), Is.EqualTo(original));

        _records.Place(1, Side.Buy, 90, 1).Accepted(9, restsWhole: true).BookUpdated().ApplyTo(copy);
        Assert.That(Depth(copy), Is.EqualTo("3: 90x1 | 103x9999"));
        Assert.That(Depth(_view), Is.EqualTo(original));
        Assert.That(_folds.CandleIntervals[OneMinute], Is.EqualTo("1m"));
    }

    private void TradeAt(long timeUs)
    {
        _records.TimeUs = timeUs - 1;
        var order = timeUs;
        _records.Place(2, Side.Buy, 103, 1).Accepted(order).Trade(Side.Buy, 1, 1, 103, 1).Filled(order).BookUpdated().ApplyTo(_view);
    }

    private List<long> TradesSince(long fromId, int limit, int symbol = 0)
    {
        List<PublicTrade> trades = [default];
        _view.CopyTradesSince(symbol, fromId, limit, trades);
        return [.. trades.Select(trade => trade.TradeId)];
    }

    /// <summary>Returns begins in minutes: of the first interval, and of the candles.</summary>
    private string Candles(long fromUs, int limit)
    {
        List<Candle> candles = [default];
        var first = _view.CopyTradedCandles(0, OneMinute, fromUs, limit, candles);
        return $"from {first / MinuteUs}:{string.Concat(candles.Select(candle => $" {candle.StartUs / MinuteUs}"))}";
    }

    private static string Depth(IMarketFold fold)
    {
        List<DepthLevel> bids = [];
        List<DepthLevel> asks = [];
        var updateId = fold.CopyDepth(0, 10, bids, asks);
        return $"{updateId}: {string.Join(' ', bids.Select(Level))} | {string.Join(' ', asks.Select(Level))}";

        static string Level(DepthLevel level) => $"{level.Price}x{level.Quantity}";
    }
}
