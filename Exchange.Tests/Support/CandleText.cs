using Exchange.MarketData;
using Exchange.Matching.Views;

namespace Exchange.Tests.Support;

/// <summary>A candle in one line, so that a difference is read at once.</summary>
internal static class CandleText
{
    public static string Of(Candle candle) =>
        $"[{TimeSpan.FromMicroseconds(candle.StartUs)}: {candle.Open} {candle.High} {candle.Low} {candle.Close}, {candle.TradeCount} from #{candle.FirstTradeId}, "
        + $"{candle.Volume} {candle.Turnover}, buyers {candle.TakerBuyVolume} {candle.TakerBuyTurnover}]";
}
