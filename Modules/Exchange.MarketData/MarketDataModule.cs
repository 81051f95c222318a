using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.MarketData;

/// <summary>The door over the view. Any thread.</summary>
internal sealed class MarketDataModule(MarketDataView view) : IMarketDataModule
{
    public IRecordConsumer View => view;

    public long CopyDepth(Symbol symbol, int limit, List<DepthLevel> bids, List<DepthLevel> asks) => view.CopyDepth(symbol.Id, limit, bids, asks);

    public BookTicker BookTicker(Symbol symbol) => view.BookTicker(symbol.Id);

    public long CopyTrades(Symbol symbol, in TradeRange range, List<PublicTrade> trades) => view.CopyTrades(symbol.Id, range, trades);

    public void CopyAggregateTrades(Symbol symbol, in TradeRange range, List<AggregateTrade> trades) =>
        view.CopyAggregateTrades(symbol.Id, range, trades);

    public void CopyCandles(Symbol symbol, in CandleRange range, List<Candle> candles) => view.CopyCandles(symbol.Id, range, candles);

    public MarketStatistics StatisticsSince(Symbol symbol, long fromUs) => view.StatisticsSince(symbol.Id, fromUs);

    public long LastPrice(Symbol symbol) => view.LastPrice(symbol.Id);
}
