namespace Exchange.Matching.Views;

/// <summary>One price level.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots, more than 0.</param>
public readonly record struct DepthLevel(long Price, long Quantity);

/// <summary>The best level of each side; one of 0 at 0 for an empty side.</summary>
public readonly record struct BookTicker(DepthLevel Bid, DepthLevel Ask);

/// <summary>One trade as everybody sees it.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots.</param>
/// <param name="TimeUs">Journal microseconds.</param>
/// <param name="IsBuyerMaker">The resting party bought.</param>
public readonly record struct PublicTrade(long TradeId, long AggregateTradeId, long Price, long Quantity, long TimeUs, bool IsBuyerMaker);

/// <summary>What was traded since a time, with what stands beside it, all at one moment.</summary>
/// <param name="Window">All trades since the time as one candle; no trades and prices of 0 when there were none.</param>
/// <param name="PreviousClose">Price of the last trade before the time, ticks; 0 for none.</param>
/// <param name="LastTrade">The newest trade of all; all 0 before the first.</param>
public readonly record struct MarketStatistics(Candle Window, long PreviousClose, PublicTrade LastTrade, BookTicker Best);
