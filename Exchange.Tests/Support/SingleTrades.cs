using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Tests.Support;

/// <summary>Commands that trade once.</summary>
internal static class SingleTrades
{
    public static void OnTrade(this ReferencePrice reference, long price, long quantity, long timeUs) =>
        reference.OnTrades(price, price * quantity, quantity, timeUs);

    public static void OnTrade(this RiskState risk, Symbol symbol, long price, long quantity, long timeUs)
    {
        var prices = default(AllowedPrices);
        risk.OnTrades(symbol, ref prices, price, price, price * quantity, quantity, timeUs);
    }
}
