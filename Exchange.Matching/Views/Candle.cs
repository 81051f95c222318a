using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Views;

/// <summary>What was traded in an interval. All trades of a symbol have gapless ids, so the first and the count name them all.</summary>
public struct Candle
{
    /// <summary>Begin of the interval, microseconds.</summary>
    public long StartUs;

    /// <summary>Price of the first trade, ticks; in an interval without a trade all four prices are the close before it.</summary>
    public long Open;

    public long High;

    public long Low;

    public long Close;

    /// <summary>Of the first trade; -1 without one.</summary>
    public long FirstTradeId;

    /// <summary>Trades; 0 in an interval without one.</summary>
    public long TradeCount;

    /// <summary>Lots.</summary>
    public Int128 Volume;

    /// <summary>Sum of ticks x lots.</summary>
    public Int128 Turnover;

    /// <summary>Lots of which the taker was the buyer.</summary>
    public Int128 TakerBuyVolume;

    /// <summary>Ticks x lots of which the taker was the buyer.</summary>
    public Int128 TakerBuyTurnover;

    /// <summary>Of the last trade; -1 without one.</summary>
    public readonly long LastTradeId => TradeCount == 0 ? -1 : FirstTradeId + TradeCount - 1;

    /// <summary>Returns an interval without a trade after a close of <paramref name="price"/> ticks; 0 for none.</summary>
    public static Candle Flat(long startUs, long price) =>
        new() { StartUs = startUs, Open = price, High = price, Low = price, Close = price, FirstTradeId = -1 };

    /// <summary>Begins with a trade.</summary>
    public void Begin(long startUs, in PublicTrade trade)
    {
        var turnover = (Int128)trade.Price * trade.Quantity;
        StartUs = startUs;
        Open = High = Low = Close = trade.Price;
        FirstTradeId = trade.TradeId;
        TradeCount = 1;
        Volume = trade.Quantity;
        Turnover = turnover;
        TakerBuyVolume = trade.IsBuyerMaker ? 0 : trade.Quantity;
        TakerBuyTurnover = trade.IsBuyerMaker ? 0 : turnover;
    }

    /// <summary>Takes the next trade.</summary>
    public void Add(in PublicTrade trade)
    {
        var turnover = (Int128)trade.Price * trade.Quantity;
        High = Math.Max(High, trade.Price);
        Low = Math.Min(Low, trade.Price);
        Close = trade.Price;
        TradeCount++;
        Volume += trade.Quantity;
        Turnover += turnover;
        if (!trade.IsBuyerMaker)
        {
            TakerBuyVolume += trade.Quantity;
            TakerBuyTurnover += turnover;
        }
    }

    /// <summary>Takes a candle with trades that follows this one; the begin stays.</summary>
    public void Add(in Candle next)
    {
        if (TradeCount == 0)
        {
            Open = next.Open;
            High = next.High;
            Low = next.Low;
            FirstTradeId = next.FirstTradeId;
        }

        High = Math.Max(High, next.High);
        Low = Math.Min(Low, next.Low);
        Close = next.Close;
        TradeCount += next.TradeCount;
        Volume += next.Volume;
        Turnover += next.Turnover;
        TakerBuyVolume += next.TakerBuyVolume;
        TakerBuyTurnover += next.TakerBuyTurnover;
    }

    public readonly void Save(SnapshotWriter writer)
    {
        writer.Write(StartUs);
        writer.Write(Open);
        writer.Write(High);
        writer.Write(Low);
        writer.Write(Close);
        writer.Write(FirstTradeId);
        writer.Write(TradeCount);
        writer.Write(Volume);
        writer.Write(Turnover);
        writer.Write(TakerBuyVolume);
        writer.Write(TakerBuyTurnover);
    }

    /// <exception cref="SnapshotDamagedException">No candle of trades has these numbers.</exception>
    public static Candle Read(SnapshotReader reader)
    {
        var candle = new Candle
        {
            StartUs = reader.ReadInt64(),
            Open = reader.ReadInt64(),
            High = reader.ReadInt64(),
            Low = reader.ReadInt64(),
            Close = reader.ReadInt64(),
            FirstTradeId = reader.ReadInt64(),
            TradeCount = reader.ReadInt64(),
            Volume = reader.ReadInt128(),
            Turnover = reader.ReadInt128(),
            TakerBuyVolume = reader.ReadInt128(),
            TakerBuyTurnover = reader.ReadInt128(),
        };
        var prices = candle.Low > 0 && Math.Min(candle.Open, candle.Close) >= candle.Low && Math.Max(candle.Open, candle.Close) <= candle.High;
        return prices && candle.FirstTradeId > 0 && candle.TradeCount > 0 && candle.Volume >= candle.TradeCount
            && candle.TakerBuyVolume >= 0 && candle.TakerBuyVolume <= candle.Volume
                ? candle
                : throw new SnapshotDamagedException($"a candle of {candle.TradeCount} trades from {candle.FirstTradeId} on with impossible numbers");
    }
}
