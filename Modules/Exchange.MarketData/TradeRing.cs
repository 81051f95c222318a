using Exchange.Matching.Snapshot;

namespace Exchange.MarketData;

/// <summary>The newest trades of one symbol, the oldest overwritten. Not thread-safe.</summary>
internal sealed class TradeRing
{
    /// <summary>Trades kept: as many as one request may ask for (API.md A5, trades).</summary>
    public const int Capacity = 1_000;

    // Made with the first trade: a symbol that never trades costs nothing.
    private PublicTrade[] _trades = [];
    private long _count;

    public void Add(in PublicTrade trade)
    {
        if (_trades.Length == 0)
        {
            _trades = new PublicTrade[Capacity];
        }

        _trades[_count++ % Capacity] = trade;
    }

    /// <summary>Appends the newest <paramref name="limit"/> trades, oldest first.</summary>
    public void CopyNewest(int limit, List<PublicTrade> trades)
    {
        for (var i = _count - Math.Min(Math.Min(limit, Capacity), _count); i < _count; i++)
        {
            trades.Add(_trades[i % Capacity]);
        }
    }

    /// <summary>The kept trades, oldest first.</summary>
    public void Save(SnapshotWriter writer)
    {
        var kept = (int)Math.Min(_count, Capacity);
        writer.Write(kept);
        for (var i = _count - kept; i < _count; i++)
        {
            ref readonly var trade = ref _trades[i % Capacity];
            writer.Write(trade.TradeId);
            writer.Write(trade.AggregateTradeId);
            writer.Write(trade.Price);
            writer.Write(trade.Quantity);
            writer.Write(trade.TimeUs);
            writer.Write(trade.IsBuyerMaker);
        }
    }

    public void Load(SnapshotReader reader)
    {
        for (var left = reader.ReadCount(Capacity); left > 0; left--)
        {
            Add(new PublicTrade(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadBool()));
        }
    }
}
