using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.MarketData;

/// <summary>The door over the view. Any thread.</summary>
internal sealed class MarketDataModule(MarketDataView view) : IMarketDataModule
{
    public IRecordConsumer View => view;

    public IRecordConsumer NewView() => new MarketDataView();

    public long CopyDepth(Symbol symbol, int limit, List<DepthLevel> bids, List<DepthLevel> asks) => view.CopyDepth(symbol.Id, limit, bids, asks);

    public void CopyTrades(Symbol symbol, int limit, List<PublicTrade> trades) => view.CopyTrades(symbol.Id, limit, trades);

    public long LastPrice(Symbol symbol) => view.LastPrice(symbol.Id);
}
