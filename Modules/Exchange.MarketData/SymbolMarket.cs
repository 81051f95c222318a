using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>The published market of one symbol. Not thread-safe: <see cref="MarketDataView"/> holds the lock.</summary>
internal sealed class SymbolMarket(MarketDataOptions options)
{
    private const int ItemsMax = 10_000_000;

    private readonly DepthSide _bids = new(Side.Buy);
    private readonly DepthSide _asks = new(Side.Sell);

    /// <summary>Newest update id; 0 before the first change of the book.</summary>
    public long UpdateId { get; set; }

    /// <summary>The newest trade; all 0 before the first.</summary>
    public PublicTrade LastTrade { get; private set; }

    /// <summary>The newest trades: ids without gaps, times that never fall.</summary>
    public RecentRing<PublicTrade> Trades { get; } = new(options.TradesKept);

    /// <summary>The newest aggregate trades: ids without gaps, times that never fall.</summary>
    public RecentRing<AggregateTrade> Aggregates { get; } = new(options.AggregateTradesKept);

    public CandleHistory Candles { get; } = new(options);

    public BookTicker BookTicker => new(_bids.Best(), _asks.Best());

    public DepthSide Depth(Side side) => side == Side.Buy ? _bids : _asks;

    public void Add(in PublicTrade trade)
    {
        Invariant.That(trade.TradeId == LastTrade.TradeId + 1, "trade ids have no gaps");
        Invariant.That(trade.TimeUs >= LastTrade.TimeUs, "journal time never goes back");
        Trades.Add(trade);
        Aggregate(trade);
        Candles.Add(trade);
        LastTrade = trade;
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(UpdateId);
        _bids.Save(writer);
        _asks.Save(writer);
        Save(LastTrade, writer);
        writer.Write(Trades.Count);
        for (var i = 0; i < Trades.Count; i++)
        {
            Save(Trades[i], writer);
        }

        writer.Write(Aggregates.Count);
        for (var i = 0; i < Aggregates.Count; i++)
        {
            Save(Aggregates[i], writer);
        }

        Candles.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        UpdateId = reader.ReadInt64();
        _bids.Load(reader);
        _asks.Load(reader);
        LastTrade = ReadTrade(reader);
        for (var left = reader.ReadCount(ItemsMax); left > 0; left--)
        {
            var trade = ReadTrade(reader);
            Invariant.That(Trades.Count == 0 || trade.TradeId == Trades.Newest.TradeId + 1, "trade ids have no gaps");
            Trades.Add(trade);
        }

        for (var left = reader.ReadCount(ItemsMax); left > 0; left--)
        {
            var aggregate = ReadAggregate(reader);
            Invariant.That(Aggregates.Count == 0 || aggregate.Id == Aggregates.Newest.Id + 1, "aggregate trade ids have no gaps");
            Aggregates.Add(aggregate);
        }

        Invariant.That((Trades.Count == 0 ? 0 : Trades.Newest.TradeId) == LastTrade.TradeId, "the newest trade is the last one");
        Candles.Load(reader);
    }

    private void Aggregate(in PublicTrade trade)
    {
        if (Aggregates.Count != 0 && Aggregates.Newest.Id == trade.AggregateTradeId)
        {
            ref var newest = ref Aggregates.Newest;
            newest.Quantity += trade.Quantity;
            newest.LastTradeId = trade.TradeId;
            return;
        }

        Invariant.That(Aggregates.Count == 0 || trade.AggregateTradeId == Aggregates.Newest.Id + 1, "aggregate trade ids have no gaps");
        Aggregates.Add(AggregateTrade.Of(trade));
    }

    private static void Save(in PublicTrade trade, SnapshotWriter writer)
    {
        writer.Write(trade.TradeId);
        writer.Write(trade.AggregateTradeId);
        writer.Write(trade.Price);
        writer.Write(trade.Quantity);
        writer.Write(trade.TimeUs);
        writer.Write(trade.IsBuyerMaker);
    }

    private static PublicTrade ReadTrade(SnapshotReader reader) =>
        new(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadBool());

    private static void Save(in AggregateTrade aggregate, SnapshotWriter writer)
    {
        writer.Write(aggregate.Id);
        writer.Write(aggregate.Price);
        writer.Write(aggregate.Quantity);
        writer.Write(aggregate.FirstTradeId);
        writer.Write(aggregate.LastTradeId);
        writer.Write(aggregate.TimeUs);
        writer.Write(aggregate.IsBuyerMaker);
    }

    private static AggregateTrade ReadAggregate(SnapshotReader reader) => new()
    {
        Id = reader.ReadInt64(),
        Price = reader.ReadInt64(),
        Quantity = reader.ReadInt64(),
        FirstTradeId = reader.ReadInt64(),
        LastTradeId = reader.ReadInt64(),
        TimeUs = reader.ReadInt64(),
        IsBuyerMaker = reader.ReadBool(),
    };
}
