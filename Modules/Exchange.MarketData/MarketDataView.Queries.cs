using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <content>What readers copy out, each under the lock.</content>
internal sealed partial class MarketDataView
{
    /// <summary>See <see cref="IMarketDataModule.CopyDepth"/>.</summary>
    public long CopyDepth(int symbolId, int limit, List<DepthLevel> bids, List<DepthLevel> asks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        bids.Clear();
        asks.Clear();
        lock (_gate)
        {
            var market = Find(symbolId);
            market?.Depth(Exchange.Matching.Types.Side.Buy).CopyBest(limit, bids);
            market?.Depth(Exchange.Matching.Types.Side.Sell).CopyBest(limit, asks);
            return market?.UpdateId ?? 0;
        }
    }

    public BookTicker BookTicker(int symbolId)
    {
        lock (_gate)
        {
            return Find(symbolId)?.BookTicker ?? default;
        }
    }

    /// <summary>Copies the kept trades of a range; returns the id of the oldest one that is kept, 0 before the first trade.</summary>
    public long CopyTrades(int symbolId, in TradeRange range, List<PublicTrade> trades)
    {
        trades.Clear();
        lock (_gate)
        {
            if (Find(symbolId)?.Trades is not { Count: > 0 } kept)
            {
                return 0;
            }

            Copy(kept, range, kept[0].TradeId, static (in PublicTrade trade) => trade.TimeUs, trades);
            return kept[0].TradeId;
        }
    }

    /// <summary>Copies the kept aggregate trades of a range; returns the oldest one that is kept, all 0 before the first trade.</summary>
    public AggregateTrade CopyAggregateTrades(int symbolId, in TradeRange range, List<AggregateTrade> trades)
    {
        trades.Clear();
        lock (_gate)
        {
            if (Find(symbolId)?.Aggregates is not { Count: > 0 } kept)
            {
                return default;
            }

            Copy(kept, range, kept[0].Id, static (in AggregateTrade trade) => trade.TimeUs, trades);
            return kept[0];
        }
    }

    /// <summary>See <see cref="IMarketDataModule.CopyCandles"/>.</summary>
    public void CopyCandles(int symbolId, in CandleRange range, List<Candle> candles)
    {
        candles.Clear();
        lock (_gate)
        {
            if (Find(symbolId) is { } market)
            {
                // The reader's clock may stand behind the newest trade.
                market.Candles.Copy(range with { NowUs = Math.Max(range.NowUs, market.LastTrade.TimeUs) }, candles);
            }
        }
    }

    public void CopyTradesSince(int symbolId, long fromId, int limit, List<PublicTrade> trades)
    {
        trades.Clear();
        lock (_gate)
        {
            if (Find(symbolId)?.Trades is not { Count: > 0 } kept)
            {
                return;
            }

            var first = (int)Math.Clamp(fromId - kept[0].TradeId, Math.Max(0, kept.Count - limit), kept.Count);
            for (var i = first; i < kept.Count; i++)
            {
                trades.Add(kept[i]);
            }
        }
    }

    public long CopyTradedCandles(int symbolId, int interval, long fromUs, int limit, List<Candle> candles)
    {
        candles.Clear();
        lock (_gate)
        {
            if (Find(symbolId) is not { LastTrade.TradeId: > 0 } market)
            {
                return 0;
            }

            var length = CandleInterval.All[interval];
            var last = length.StartOf(market.LastTrade.TimeUs, 0);
            var first = length.Step(last, 1 - limit, 0);
            var from = Math.Max(first, length.StartOf(fromUs, 0));
            market.Candles.Copy(new CandleRange(length, 0, from, long.MaxValue, last, limit), candles);
            candles.RemoveAll(candle => candle.TradeCount == 0);
            return first;
        }
    }

    /// <summary>See <see cref="IMarketDataModule.StatisticsSince"/>.</summary>
    public MarketStatistics StatisticsSince(int symbolId, long fromUs)
    {
        lock (_gate)
        {
            return Find(symbolId) is { } market
                ? new MarketStatistics(market.Candles.Since(fromUs), market.Candles.CloseBefore(fromUs), market.LastTrade, market.BookTicker)
                : new MarketStatistics(Candle.Flat(fromUs, 0), 0, default, default);
        }
    }

    public long LastPrice(int symbolId)
    {
        lock (_gate)
        {
            return Find(symbolId)?.LastTrade.Price ?? 0;
        }
    }

    private static void Copy<T>(RecentRing<T> kept, in TradeRange range, long oldestId, KeyOf<T> timeOf, List<T> items)
        where T : struct
    {
        var end = range.FromId is not null || range.ToUs == long.MaxValue ? kept.Count : kept.FirstNotBelow(range.ToUs + 1, timeOf);
        var first = range.FromId is { } id ? (int)Math.Clamp(id - oldestId, 0, kept.Count)
            : range.FromUs is { } fromUs ? kept.FirstNotBelow(fromUs, timeOf)
            : Math.Max(0, end - range.Limit);
        end = (int)Math.Min(end, (long)first + range.Limit);
        for (var i = first; i < end; i++)
        {
            items.Add(kept[i]);
        }
    }
}
