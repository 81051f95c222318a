using Exchange.Matching.Snapshot;
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

    public void Save(SnapshotWriter writer)
    {
        writer.Write(UpdateId);
        writer.Write(LastPrice);
        writer.Write(LastTradeId);
        Trades.Save(writer);
        _bids.Save(writer);
        _asks.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        UpdateId = reader.ReadInt64();
        LastPrice = reader.ReadInt64();
        LastTradeId = reader.ReadInt64();
        Trades.Load(reader);
        _bids.Load(reader);
        _asks.Load(reader);
    }
}
