using Exchange.Matching.Ports;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>
/// Trades and aggregate trades of any age: the kept ones, and in front of them what the history store has. Ids have no gaps, so what is put
/// together has none either: where the store lags behind the window, an answer ends with what the store has, and the next question goes on
/// from there. Where no store is configured, an answer begins with the oldest that is kept. Any thread.
/// </summary>
/// <param name="view">What is kept.</param>
/// <param name="history">What is stored.</param>
/// <param name="batchTrades">Trades asked for at once, of which aggregate trades are made.</param>
internal sealed class OlderTrades(MarketDataView view, IHistory history, int batchTrades = OlderTrades.DefaultBatchTrades)
{
    private const int DefaultBatchTrades = 5_000;

    /// <summary>See <see cref="IMarketDataModule.CopyTradesAsync"/>.</summary>
    public async ValueTask CopyTradesAsync(int symbolId, TradeRange range, List<PublicTrade> trades, CancellationToken cancellationToken)
    {
        var oldest = view.CopyTrades(symbolId, range, trades);
        if (range.FromId is not { } fromId || fromId >= oldest || oldest <= 1 || !history.IsConfigured)
        {
            return;
        }

        List<HistoricalTrade> stored = [];
        var query = new TradeQuery(symbolId, fromId, 0, 0, long.MaxValue, range.Limit, TakesNewest: false);
        await history.AddTradesAsync(query, stored, cancellationToken).ConfigureAwait(false);
        var older = stored.Where(trade => trade.TradeId < oldest).Select(ToPublic).ToList();
        PutInFront(older, trades, range.Limit, older.Count == 0 || older[^1].TradeId + 1 == oldest);
    }

    /// <summary>See <see cref="IMarketDataModule.CopyAggregateTradesAsync"/>.</summary>
    public async ValueTask CopyAggregatesAsync(int symbolId, TradeRange range, List<AggregateTrade> trades, CancellationToken cancellationToken)
    {
        var oldest = view.CopyAggregateTrades(symbolId, range, trades);
        if (oldest.Id <= 1 || !history.IsConfigured)
        {
            return;
        }

        if (range.FromId is null && range.FromUs is null)
        {
            if (trades.Count < range.Limit)
            {
                await AddNewestAsync(symbolId, range, oldest, trades, cancellationToken).ConfigureAwait(false);
            }
        }
        else if (range.FromId is { } fromId ? fromId < oldest.Id : range.FromUs <= oldest.TimeUs)
        {
            var older = await ReadForwardAsync(symbolId, range, oldest, cancellationToken).ConfigureAwait(false);
            PutInFront(older, trades, range.Limit, older.Count == 0 || older[^1].Id + 1 == oldest.Id);
        }
    }

    private async ValueTask<List<AggregateTrade>> ReadForwardAsync(
        int symbolId, TradeRange range, AggregateTrade oldest, CancellationToken cancellationToken)
    {
        List<AggregateTrade> older = [];
        List<HistoricalTrade> batch = [];
        var query = new TradeQuery(symbolId, 0, range.FromId ?? 0, range.FromUs ?? 0, range.ToUs, batchTrades, TakesNewest: false);
        do
        {
            batch.Clear();
            await history.AddTradesAsync(query, batch, cancellationToken).ConfigureAwait(false);
            foreach (var trade in batch)
            {
                if (trade.TradeId >= oldest.FirstTradeId || (older.Count == range.Limit && older[^1].Id != trade.AggregateTradeId))
                {
                    return older;
                }

                Aggregate(older, trade);
            }

            query = query with { FromTradeId = batch.Count == 0 ? 0 : batch[^1].TradeId + 1, FromAggregateTradeId = 0, FromUs = 0 };
        }
        while (batch.Count == batchTrades);

        return older;
    }

    private async ValueTask AddNewestAsync(
        int symbolId, TradeRange range, AggregateTrade oldest, List<AggregateTrade> trades, CancellationToken cancellationToken)
    {
        // How many trades make so many aggregate trades is not known before: ask for more until they are enough.
        for (var asked = batchTrades; ; asked *= 2)
        {
            List<HistoricalTrade> batch = [];
            var query = new TradeQuery(symbolId, 0, 0, 0, range.ToUs, asked, TakesNewest: true);
            await history.AddTradesAsync(query, batch, cancellationToken).ConfigureAwait(false);
            List<AggregateTrade> older = [];
            foreach (var trade in batch.Where(trade => trade.TradeId < oldest.FirstTradeId))
            {
                Aggregate(older, trade);
            }

            var isWhole = batch.Count < asked;
            if (!isWhole && older.Count > 0)
            {
                // The first one may have begun before the batch.
                older.RemoveAt(0);
            }

            var missing = range.Limit - trades.Count;
            if (isWhole || older.Count >= missing)
            {
                older.RemoveRange(0, Math.Max(0, older.Count - missing));
                if (trades.Count == 0 || (older.Count > 0 && older[^1].Id + 1 == trades[0].Id))
                {
                    trades.InsertRange(0, older);
                }

                return;
            }
        }
    }

    private static void Aggregate(List<AggregateTrade> trades, in HistoricalTrade trade)
    {
        if (trades.Count > 0 && trades[^1].Id == trade.AggregateTradeId)
        {
            var last = trades[^1];
            trades[^1] = last with { Quantity = last.Quantity + trade.Quantity, LastTradeId = trade.TradeId };
        }
        else
        {
            trades.Add(AggregateTrade.Of(ToPublic(trade)));
        }
    }

    /// <param name="meets">Nothing is missing between what is stored and what is kept.</param>
    private static void PutInFront<T>(List<T> older, List<T> kept, int limit, bool meets)
    {
        if (!meets)
        {
            kept.Clear();
        }

        kept.InsertRange(0, older);
        kept.RemoveRange(Math.Min(limit, kept.Count), Math.Max(0, kept.Count - limit));
    }

    private static PublicTrade ToPublic(HistoricalTrade trade) =>
        new(trade.TradeId, trade.AggregateTradeId, trade.Price, trade.Quantity, trade.TimeUs, trade.IsBuyerMaker);
}
