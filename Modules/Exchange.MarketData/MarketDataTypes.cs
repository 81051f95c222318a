using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>The trades of one taker order at one price.</summary>
public record struct AggregateTrade
{
    /// <summary>Gapless per symbol, from 1.</summary>
    public long Id;

    /// <summary>Ticks.</summary>
    public long Price;

    /// <summary>Lots of all its trades.</summary>
    public long Quantity;

    public long FirstTradeId;

    public long LastTradeId;

    /// <summary>Journal microseconds.</summary>
    public long TimeUs;

    /// <summary>The resting parties bought.</summary>
    public bool IsBuyerMaker;

    /// <summary>Returns the aggregate trade that begins with a trade.</summary>
    internal static AggregateTrade Of(in PublicTrade trade) => new()
    {
        Id = trade.AggregateTradeId,
        Price = trade.Price,
        Quantity = trade.Quantity,
        FirstTradeId = trade.TradeId,
        LastTradeId = trade.TradeId,
        TimeUs = trade.TimeUs,
        IsBuyerMaker = trade.IsBuyerMaker,
    };
}

/// <summary>
/// Which items of a list: the oldest ones from <paramref name="FromId"/> on; or those of a time, the oldest ones where it has a begin, else the
/// newest.
/// </summary>
/// <param name="FromId">Least id; null for none, and then the times hold.</param>
/// <param name="FromUs">Least time, journal microseconds; null for none.</param>
/// <param name="ToUs">Greatest time, journal microseconds; <see cref="long.MaxValue"/> for none.</param>
/// <param name="Limit">Most items.</param>
public readonly record struct TradeRange(long? FromId, long? FromUs, long ToUs, int Limit)
{
    /// <summary>Returns the range of the newest items.</summary>
    public static TradeRange Newest(int limit) => new(null, null, long.MaxValue, limit);

    /// <summary>Returns the range of the oldest items from an id on.</summary>
    public static TradeRange From(long id, int limit) => new(id, null, long.MaxValue, limit);
}

/// <summary>Which candles: the oldest ones that begin in a time, or, where it has no begin, the newest.</summary>
/// <param name="OffsetUs">Local time less UTC: where days, weeks and months begin; whole minutes.</param>
/// <param name="FromUs">Least begin, microseconds; null for none.</param>
/// <param name="ToUs">Greatest begin; <see cref="long.MaxValue"/> for none.</param>
/// <param name="NowUs">No candle begins later.</param>
/// <param name="Limit">Most candles, at least 1.</param>
public readonly record struct CandleRange(CandleInterval Interval, long OffsetUs, long? FromUs, long ToUs, long NowUs, int Limit);
