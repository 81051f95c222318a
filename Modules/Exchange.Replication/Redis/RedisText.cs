using System.Text;
using Exchange.Matching.Views;

namespace Exchange.Replication.Redis;

/// <summary>
/// What values and messages look like: JSON of integers (ticks, lots, microseconds); sums that may exceed 2^53 are strings. README.md draws each.
/// </summary>
internal static class RedisText
{
    private const int MicrosecondsPerMillisecond = 1_000;

    public static string BidField(long price) => $"b{price}";

    public static string AskField(long price) => $"a{price}";

    public static long CandleScore(long startUs) => startUs / MicrosecondsPerMillisecond;

    public static string Trade(in PublicTrade trade) =>
        $"[{trade.TradeId},{trade.AggregateTradeId},{trade.Price},{trade.Quantity},{trade.TimeUs},{(trade.IsBuyerMaker ? 1 : 0)}]";

    public static string Candle(in Candle candle) =>
        $"[{candle.StartUs},{candle.Open},{candle.High},{candle.Low},{candle.Close},{candle.FirstTradeId},{candle.TradeCount},"
        + $"\"{candle.Volume}\",\"{candle.Turnover}\",\"{candle.TakerBuyVolume}\",\"{candle.TakerBuyTurnover}\"]";

    public static string BookTicker(long updateId, in BookTicker best) =>
        $"{{\"updateId\":{updateId},\"bid\":{Level(best.Bid)},\"ask\":{Level(best.Ask)}}}";

    /// <param name="fromUs">Begin of the window.</param>
    /// <param name="asOfUs">The minute of journal time in which the window ends.</param>
    public static string Ticker(long fromUs, long asOfUs, in MarketStatistics statistics) =>
        $"{{\"fromUs\":{fromUs},\"asOfUs\":{asOfUs},\"window\":{Candle(statistics.Window)},"
        + $"\"previousClose\":{statistics.PreviousClose},\"lastTrade\":{Trade(statistics.LastTrade)}}}";

    /// <param name="isWhole">The levels are all there are; otherwise those that changed, with 0 lots where one is no more.</param>
    public static string DepthMessage(long sequence, long firstUpdateId, long updateId, bool isWhole, List<DepthLevel> bids, List<DepthLevel> asks)
    {
        var text = new StringBuilder();
        text.Append($"{{\"sequence\":{sequence},\"whole\":{(isWhole ? "true" : "false")},\"firstUpdateId\":{firstUpdateId},\"updateId\":{updateId},\"bids\":[");
        Append(text, bids);
        text.Append("],\"asks\":[");
        Append(text, asks);
        return text.Append("]}").ToString();
    }

    public static string ListMessage(long sequence, string name, IEnumerable<string> items) =>
        $"{{\"sequence\":{sequence},\"{name}\":[{string.Join(',', items)}]}}";

    private static string Level(in DepthLevel level) => $"[{level.Price},{level.Quantity}]";

    private static void Append(StringBuilder text, List<DepthLevel> levels)
    {
        for (var i = 0; i < levels.Count; i++)
        {
            text.Append(i == 0 ? "[" : ",[").Append(levels[i].Price).Append(',').Append(levels[i].Quantity).Append(']');
        }
    }
}
