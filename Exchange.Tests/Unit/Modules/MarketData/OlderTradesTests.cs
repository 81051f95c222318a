using Exchange.MarketData;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.MarketData;

/// <summary>
/// 60 trades in some 25 aggregate trades, of which memory keeps the last 7 and 5: every range that can be asked for is answered as if all were
/// kept, or, where the store lags, by the beginning of that.
/// </summary>
public sealed class OlderTradesTests
{
    private const int TradeCount = 60;

    private static readonly int[] Limits = [1, 2, 3, 7, 20, 100];

    private readonly List<PublicTrade> _all = [];
    private readonly List<AggregateTrade> _aggregates = [];
    private MarketDataView _view = null!;
    private FakeHistory _history = null!;

    [SetUp]
    public void Trade()
    {
        var random = new SplitMix64(3);
        var records = new TradingRecords();
        _view = new MarketDataView(new MarketDataOptions { TradesKept = 7, AggregateTradesKept = 5 });
        _history = new FakeHistory();
        _all.Clear();
        long aggregateId = 0;
        while (_all.Count < TradeCount)
        {
            aggregateId++;
            var fills = (int)random.Between(1, 5);
            records.TimeUs = 1_000_000 + aggregateId / 2 * 1_000;
            records.Place(1, Side.Sell, 100, fills).Accepted(2 * aggregateId, restsWhole: true).BookUpdated().ApplyTo(_view);
            records.TimeUs = 1_000_000 + aggregateId / 2 * 1_000;
            var record = records.Place(2, Side.Buy, 100, fills).Accepted(2 * aggregateId + 1);
            for (var i = 0; i < fills; i++)
            {
                record = record.Trade(Side.Buy, 1, 2 * aggregateId, 100, 1, makerFilled: i == fills - 1, aggregateTradeId: aggregateId);
                _all.Add(new PublicTrade(_all.Count + 1, aggregateId, 100, 1, records.TimeUs, IsBuyerMaker: false));
            }

            record.Filled(2 * aggregateId + 1).BookUpdated().ApplyTo(_view);
        }

        _aggregates.Clear();
        _aggregates.AddRange(_all.GroupBy(trade => trade.AggregateTradeId).Select(group =>
            AggregateTrade.Of(group.First()) with { Quantity = group.Count(), LastTradeId = group.Last().TradeId }));
        Store(_all.Count);
    }

    [Test]
    public async Task Trades_from_any_id_come_from_store_and_window()
    {
        for (var fromId = 0; fromId <= _all.Count + 1; fromId++)
        {
            foreach (var limit in Limits)
            {
                var expected = _all.Where(trade => trade.TradeId >= fromId).Take(limit);
                Assert.That(await TradesAsync(TradeRange.From(fromId, limit)), Is.EqualTo(expected), $"from {fromId}, {limit}");
            }
        }

        Assert.That(await TradesAsync(TradeRange.Newest(3)), Is.EqualTo(_all.TakeLast(3)));
    }

    [Test]
    public async Task Aggregate_trades_of_any_range_come_from_store_and_window([Values(1, 2, 3, 5_000)] int batchTrades)
    {
        foreach (var limit in Limits)
        {
            for (var fromId = 0; fromId <= _aggregates.Count + 1; fromId++)
            {
                var expected = _aggregates.Where(trade => trade.Id >= fromId).Take(limit);
                Assert.That(await AggregatesAsync(TradeRange.From(fromId, limit), batchTrades), Is.EqualTo(expected), $"from {fromId}, {limit}");
            }

            foreach (var time in _aggregates.SelectMany(trade => new[] { trade.TimeUs - 1, trade.TimeUs, trade.TimeUs + 1 }).Distinct())
            {
                await CompareTimesAsync(time, long.MaxValue, limit, batchTrades);
                await CompareTimesAsync(time, time + 4_000, limit, batchTrades);
                await CompareTimesAsync(null, time, limit, batchTrades);
            }
        }
    }

    [Test]
    public async Task A_store_that_lags_makes_answers_shorter_never_with_a_gap()
    {
        Store(stored: 40);
        for (var fromId = 1; fromId <= 40; fromId++)
        {
            var answer = await TradesAsync(TradeRange.From(fromId, 100));
            Assert.That(answer, Is.EqualTo(_all.Take(40).Where(trade => trade.TradeId >= fromId)), $"from {fromId}");
        }

        var known = _aggregates.Where(trade => trade.LastTradeId <= 40).ToList();
        for (var fromId = 1; fromId <= known.Count; fromId++)
        {
            var answer = await AggregatesAsync(TradeRange.From(fromId, 100), batchTrades: 5);
            Assert.That(answer.Take(known.Count - fromId + 1), Is.EqualTo(known.Skip(fromId - 1)), $"from {fromId}");
            Assert.That(answer, Has.Count.LessThanOrEqualTo(known.Count - fromId + 2), "and at most the part of one more");
        }
    }

    [Test]
    public async Task Without_a_store_an_answer_begins_with_the_oldest_that_is_kept()
    {
        _history.IsConfigured = false;

        Assert.That(await TradesAsync(TradeRange.From(1, 3)), Is.EqualTo(_all.TakeLast(7).Take(3)));
        Assert.That(await AggregatesAsync(TradeRange.From(1, 3)), Is.EqualTo(_aggregates.TakeLast(5).Take(3)));
        Assert.That(_history.Questions, Is.Zero);
    }

    [Test]
    public async Task The_store_is_asked_only_for_what_is_not_kept()
    {
        _history.IsUnavailable = true;

        Assert.That(await TradesAsync(TradeRange.From(_all.Count - 6, 3)), Has.Count.EqualTo(3));
        Assert.That(await AggregatesAsync(TradeRange.Newest(5)), Has.Count.EqualTo(5));
        Assert.That(async () => await TradesAsync(TradeRange.From(1, 1)), Throws.TypeOf<HistoryUnavailableException>());
        Assert.That(async () => await AggregatesAsync(TradeRange.From(1, 1)), Throws.TypeOf<HistoryUnavailableException>());
    }

    private async Task CompareTimesAsync(long? fromUs, long toUs, int limit, int batchTrades)
    {
        var inside = _aggregates.Where(trade => trade.TimeUs >= (fromUs ?? 0) && trade.TimeUs <= toUs);
        var expected = fromUs is null ? inside.TakeLast(limit) : inside.Take(limit);
        Assert.That(
            await AggregatesAsync(new TradeRange(null, fromUs, toUs, limit), batchTrades), Is.EqualTo(expected), $"{fromUs} to {toUs}, {limit}");
    }

    private void Store(int stored)
    {
        _history.Trades.Clear();
        _history.Trades.AddRange(_all.Take(stored).Select(trade =>
            new HistoricalTrade(trade.TradeId, trade.AggregateTradeId, trade.Price, trade.Quantity, trade.TimeUs, trade.IsBuyerMaker)));
    }

    private async Task<List<PublicTrade>> TradesAsync(TradeRange range)
    {
        List<PublicTrade> trades = [];
        await new OlderTrades(_view, _history).CopyTradesAsync(0, range, trades, CancellationToken.None);
        return trades;
    }

    private async Task<List<AggregateTrade>> AggregatesAsync(TradeRange range, int batchTrades = 5_000)
    {
        List<AggregateTrade> trades = [];
        await new OlderTrades(_view, _history, batchTrades).CopyAggregatesAsync(0, range, trades, CancellationToken.None);
        return trades;
    }
}
