using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Tests.Support;

/// <summary>Checks by who remembers nothing of earlier ones.</summary>
internal static class FreshChecks
{
    public static RejectReason CheckFreshly(this RiskState risk, in CommandSlot order, Symbol symbol, int openOrders, long timeUs)
    {
        var prices = default(AllowedPrices);
        return risk.CheckNewOrder(in order, symbol, ref prices, openOrders, timeUs);
    }
}
