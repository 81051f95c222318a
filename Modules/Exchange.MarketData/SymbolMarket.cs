using Exchange.Matching.Types;

namespace Exchange.MarketData;

/// <summary>The published market of one symbol. Not thread-safe: <see cref="MarketDataView"/> holds the lock.</summary>
internal sealed class SymbolMarket
{
    private readonly DepthSide _bids = new(Side.Buy);
    private readonly DepthSide _asks = new(Side.Sell);

    /// <summary>Newest update id; 0 before the first change of the book.</summary>
    public long UpdateId { get; set; }

    /// <summary>Ticks; 0 before the first trade.</summary>
    public long LastPrice { get; private set; }

    /// <summary>Newest trade id; 0 before the first trade.</summary>
    public long LastTradeId { get; private set; }

    public TradeRing Trades { get; } = new();

    public DepthSide Depth(Side side) => side == Side.Buy ? _bids : _asks;

    public void Add(in PublicTrade trade)
    {
        Trades.Add(trade);
        LastTradeId = trade.TradeId;
        LastPrice = trade.Price;
    }
}
