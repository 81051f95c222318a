using Exchange.Host.Api;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

public sealed class RejectionsTests
{
    [TestCaseSource(nameof(Reasons))]
    public void Every_reason_has_an_answer_for_who_places_amends_and_cancels(RejectReason reason)
    {
        foreach (var error in (ApiError[])[Rejections.Placing(reason), Rejections.Amending(reason), Rejections.Cancelling(reason)])
        {
            Assert.That(error.Status, Is.InRange(400, 599));
            Assert.That(error.Code, Is.Negative);
            Assert.That(error.Text, Is.Not.Empty);
        }
    }

    [TestCase(RejectReason.MarketClosed, -2010, -2011, "Market is closed.")]
    [TestCase(RejectReason.UnknownOrder, -2010, -2011, "Unknown order sent.")]
    [TestCase(RejectReason.DuplicateClientOrderId, -2010, -2011, "Duplicate order sent.")]
    [TestCase(RejectReason.InsufficientBalance, -2010, -2011, "Account has insufficient balance for requested action.")]
    [TestCase(RejectReason.WouldImmediatelyMatch, -2010, -2011, "Order would immediately match and take.")]
    [TestCase(RejectReason.CancelRestricted, -2010, -2011, "Order was not canceled due to cancel restrictions.")]
    [TestCase(RejectReason.InsufficientLiquidityForLot, -2010, -2011, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.")]
    [TestCase(RejectReason.InsufficientLiquidityForMarketLot, -2010, -2011, "Order book liquidity is less than `MARKET_LOT_SIZE` filter minimum quantity.")]
    [TestCase(RejectReason.PercentPriceBySide, -1013, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE")]
    [TestCase(RejectReason.MarketLotSize, -1013, -1013, "Filter failure: MARKET_LOT_SIZE")]
    [TestCase(RejectReason.MinNotional, -1013, -1013, "Filter failure: MIN_NOTIONAL")]
    [TestCase(RejectReason.ClientOrderIdMismatch, -2039, -2039, "Client order ID is not correct for this order ID.")]
    [TestCase(RejectReason.Notional, -1013, -1013, "Filter failure: NOTIONAL")]
    [TestCase(RejectReason.TooManyRestingOrders, -1008, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes.")]
    public void The_engines_reasons_have_the_venues_texts(RejectReason reason, int placingCode, int cancellingCode, string text)
    {
        Assert.That((Rejections.Placing(reason).Code, Rejections.Placing(reason).Text), Is.EqualTo((placingCode, text)));
        Assert.That((Rejections.Cancelling(reason).Code, Rejections.Cancelling(reason).Text), Is.EqualTo((cancellingCode, text)));
    }

    [TestCase(RejectReason.UnknownOrder, -2038, "Unknown order sent.")]
    [TestCase(RejectReason.NoChange, -2038, "The requested action would change no state; rejecting")]
    [TestCase(RejectReason.InvalidQuantity, -2038, "Order amend (quantity increase) is not supported.")]
    [TestCase(RejectReason.ClientOrderIdMismatch, -2039, "Client order ID is not correct for this order ID.")]
    public void An_amendments_reasons_have_their_own_code(RejectReason reason, int code, string text) =>
        Assert.That((Rejections.Amending(reason).Code, Rejections.Amending(reason).Text), Is.EqualTo((code, text)));

    private static IEnumerable<RejectReason> Reasons() => Enum.GetValues<RejectReason>().Where(reason => reason != RejectReason.None);
}
