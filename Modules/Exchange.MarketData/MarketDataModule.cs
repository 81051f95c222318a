using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>The door over the view. Any thread.</summary>
internal sealed class MarketDataModule(MarketDataView view, OlderTrades trades) : IMarketDataModule
{
    public IRecordConsumer View => view;

    public IRecordConsumer NewView() => view.NewView();

    public long CopyDepth(Symbol symbol, int limit, List<DepthLevel> bids, List<DepthLevel> asks) => view.CopyDepth(symbol.Id, limit, bids, asks);

    public BookTicker BookTicker(Symbol symbol) => view.BookTicker(symbol.Id);

    public ValueTask CopyTradesAsync(Symbol symbol, TradeRange range, List<PublicTrade> copied, CancellationToken cancellationToken) =>
        trades.CopyTradesAsync(symbol.Id, range, copied, cancellationToken);

    public ValueTask CopyAggregateTradesAsync(Symbol symbol, TradeRange range, List<AggregateTrade> copied, CancellationToken cancellationToken) =>
        trades.CopyAggregatesAsync(symbol.Id, range, copied, cancellationToken);

    public void CopyCandles(Symbol symbol, in CandleRange range, List<Candle> candles) => view.CopyCandles(symbol.Id, range, candles);

    public MarketStatistics StatisticsSince(Symbol symbol, long fromUs) => view.StatisticsSince(symbol.Id, fromUs);

    public long LastPrice(Symbol symbol) => view.LastPrice(symbol.Id);
}
