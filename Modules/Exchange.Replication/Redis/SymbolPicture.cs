using Exchange.Matching.Ports;
using Exchange.Matching.Views;

namespace Exchange.Replication.Redis;

/// <summary>What the fold says of one symbol, as much as the store is to hold of it; read again and again into the same lists. One thread.</summary>
internal sealed class SymbolPicture(RedisOptions options, int intervalCount)
{
    public const long MinuteUs = 60_000_000;
    private const long DayUs = 1_440 * MinuteUs;

    public int TradesKept => options.TradesKept;

    public long UpdateId { get; private set; }

    public List<DepthLevel> Bids { get; private set; } = [];

    public List<DepthLevel> Asks { get; private set; } = [];

    public MarketStatistics Statistics { get; private set; }

    /// <summary>Oldest first.</summary>
    public List<PublicTrade> Trades { get; } = [];

    /// <summary>Oldest first, for each interval.</summary>
    public List<Candle>[] Candles { get; } = [.. Enumerable.Range(0, intervalCount).Select(_ => new List<Candle>())];

    /// <summary>Begin of the oldest interval that is kept, microseconds, for each length.</summary>
    public long[] CandlesFromUs { get; } = new long[intervalCount];

    /// <summary>Changes whenever the content does, or what is kept of it: equal texts, equal contents.</summary>
    public string Version { get; private set; } = "";

    public string BookTicker => RedisText.BookTicker(UpdateId, Statistics.Best);

    public string Ticker { get; private set; } = "";

    /// <param name="asOfUs">The ticker's window ends in the minute of this time, and begins a day before that minute.</param>
    /// <param name="fromTradeId">First trade of interest.</param>
    /// <param name="fromCandleUs">Time of the first candles of interest.</param>
    public void Read(IMarketFold fold, int symbolId, long asOfUs, long fromTradeId, long fromCandleUs)
    {
        ReadVersion(fold, symbolId, asOfUs);
        fold.CopyTradesSince(symbolId, fromTradeId, options.TradesKept, Trades);
        for (var interval = 0; interval < Candles.Length; interval++)
        {
            Candles[interval].Clear();
            if (Statistics.LastTrade.TradeId > 0 && fromTradeId <= Statistics.LastTrade.TradeId)
            {
                CandlesFromUs[interval] = fold.CopyTradedCandles(symbolId, interval, fromCandleUs, options.CandlesKept, Candles[interval]);
            }
        }
    }

    /// <summary>Reads all but trades and candles.</summary>
    public void ReadVersion(IMarketFold fold, int symbolId, long asOfUs)
    {
        UpdateId = fold.CopyDepth(symbolId, options.DepthLevels, Bids, Asks);
        var minute = asOfUs / MinuteUs * MinuteUs;
        var fromUs = Math.Max(0, minute - DayUs);
        Statistics = fold.StatisticsSince(symbolId, fromUs);
        var hasTraded = Statistics.LastTrade.TradeId > 0;
        Ticker = hasTraded ? RedisText.Ticker(fromUs, minute, Statistics) : "";
        Version = $"{UpdateId}.{Statistics.LastTrade.TradeId}.{(hasTraded ? minute : 0)}.{options.DepthLevels}.{options.TradesKept}.{options.CandlesKept}";
    }

    /// <summary>Gives the levels to a holder for those of the time before.</summary>
    public (List<DepthLevel> Bids, List<DepthLevel> Asks) SwapLevels(List<DepthLevel> bids, List<DepthLevel> asks)
    {
        var levels = (Bids, Asks);
        (Bids, Asks) = (bids, asks);
        return levels;
    }
}
