using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>Every way in which order entry can go wrong, with the exact bytes of its answer.</summary>
public sealed class OrderErrorsTests
{
    private const string Limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100";
    private const string Maker = "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1&price=100";
    private const string Market = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1";
    private const string DecimalRange = @"^([0-9]{1,20})(\\.[0-9]{1,20})?$";

    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [TestCase("side=BUY", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")]
    [TestCase("symbol=&side=BUY", -1105, "Parameter 'symbol' was empty.")]
    [TestCase("symbol=btcusdt", -1100, "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.")]
    [TestCase("symbol=ABCDEFGHIJKLMNOPQRSTU", -1100, "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.")]
    [TestCase("symbol=ETHUSDT", -1121, "Invalid symbol.")]
    [TestCase("symbol=BTCUSDT", -1102, "Mandatory parameter 'side' was not sent, was empty/null, or malformed.")]
    [TestCase("symbol=BTCUSDT&side=HOLD&type=MARKET&quantity=1", -1117, "Invalid side.")]
    [TestCase("symbol=BTCUSDT&side=buy&type=MARKET&quantity=1", -1117, "Invalid side.")]
    [TestCase("symbol=BTCUSDT&side=BUY", -1102, "Mandatory parameter 'type' was not sent, was empty/null, or malformed.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=ODD", -1116, "Invalid orderType.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=STOP_LOSS&quantity=1&stopPrice=90", -2010, "Stop loss orders are not supported for this symbol.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=STOP_LOSS_LIMIT", -2010, "Stop loss limit orders are not supported for this symbol.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=TAKE_PROFIT", -2010, "Take profit orders are not supported for this symbol.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=TAKE_PROFIT_LIMIT", -2010, "Take profit limit orders are not supported for this symbol.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=1", -1102, "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=1&price=1", -1115, "Invalid timeInForce.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=1", -1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1", -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed.")]
    [TestCase("symbol=BTCUSDT&side=BUY&type=MARKET", -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!")]
    [TestCase(Market + "&quoteOrderQty=5", -1106, "Parameter 'quoteOrderQty' sent when not required.")]
    [TestCase(Market + "&price=5", -1106, "Parameter 'price' sent when not required.")]
    [TestCase(Market + "&timeInForce=GTC", -1106, "Parameter 'timeInForce' sent when not required.")]
    [TestCase(Maker + "&timeInForce=GTC", -1106, "Parameter 'timeInForce' sent when not required.")]
    [TestCase(Limit + "&quoteOrderQty=5", -1106, "Parameter 'quoteOrderQty' sent when not required.")]
    [TestCase(Limit + "&stopPrice=5", -1106, "Parameter 'stopPrice' sent when not required.")]
    [TestCase(Limit + "&trailingDelta=5", -1106, "Parameter 'trailingDelta' sent when not required.")]
    [TestCase(Limit + "&icebergQty=5", -1106, "Parameter 'icebergQty' sent when not required.")]
    [TestCase(Limit + "&pegPriceType=PRIMARY_PEG", -1106, "Parameter 'pegPriceType' sent when not required.")]
    [TestCase(Limit + "&pegOffsetValue=1", -1106, "Parameter 'pegOffsetValue' sent when not required.")]
    [TestCase(Limit + "&pegOffsetType=PRICE_LEVEL", -1106, "Parameter 'pegOffsetType' sent when not required.")]
    [TestCase(Limit + "&strategyId=5", -1020, "This operation is not supported.")]
    [TestCase(Limit + "&strategyType=1000000", -1020, "This operation is not supported.")]
    [TestCase(Limit + "&newClientOrderId=", -1118, "New client order ID was empty.")]
    [TestCase(Limit + "&newClientOrderId=a%20b", -1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[.A-Z:/a-z0-9_-]{1,36}$'.")]
    [TestCase(Limit + "&newClientOrderId=1234567890123456789012345678901234567", -1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[.A-Z:/a-z0-9_-]{1,36}$'.")]
    [TestCase(Limit + "&newOrderRespType=ALL", -1130, "Data sent for parameter 'newOrderRespType' is not valid.")]
    [TestCase(Limit + "&selfTradePreventionMode=EXPIRE_TAKER", -1013, "This symbol does not allow the specified self-trade prevention mode.")]
    [TestCase(Limit + "&colour=red", -1104, "Not all sent parameters were read; read '8' parameter(s) but was sent '9'.")]
    public Task Parameters_that_cannot_be_an_order_are_told_apart(string query, int code, string text) => Refused(query, code, text);

    [TestCase("quantity", "-1", -1100, "Illegal characters found in parameter 'quantity'; legal range is '" + DecimalRange + "'.")]
    [TestCase("quantity", "1e-7", -1100, "Illegal characters found in parameter 'quantity'; legal range is '" + DecimalRange + "'.")]
    [TestCase("price", ".5", -1100, "Illegal characters found in parameter 'price'; legal range is '" + DecimalRange + "'.")]
    [TestCase("price", "NaN", -1100, "Illegal characters found in parameter 'price'; legal range is '" + DecimalRange + "'.")]
    [TestCase("quantity", "", -1105, "Parameter 'quantity' was empty.")]
    [TestCase("quantity", "0.000000001", -1111, "Parameter 'quantity' has too much precision.")]
    [TestCase("price", "1.000000000", -1111, "Parameter 'price' has too much precision.")]
    [TestCase("quantity", "99999999999999999999", -1108, "Parameter 'quantity' overflowed.")]
    [TestCase("quantity", "0", -1013, "Invalid quantity.")]
    [TestCase("quantity", "0.00000000", -1013, "Invalid quantity.")]
    [TestCase("price", "0", -1013, "Invalid price.")]
    [TestCase("price", "100.001", -1013, "Filter failure: PRICE_FILTER")]
    [TestCase("price", "1000000.01", -1013, "Filter failure: PRICE_FILTER")]
    [TestCase("quantity", "0.000001", -1013, "Filter failure: LOT_SIZE")]
    [TestCase("quantity", "1.000001", -1013, "Filter failure: LOT_SIZE")]
    [TestCase("quantity", "9000.00001", -1013, "Filter failure: LOT_SIZE")]
    [TestCase("quantity", "92233720368.54775807", -1013, "Filter failure: LOT_SIZE")]
    public Task Numbers_that_cannot_be_traded_are_told_apart(string name, string value, int code, string text)
    {
        var quantity = name == "quantity" ? value : "1";
        var price = name == "price" ? value : "100";
        return Refused($"symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=IOC&quantity={quantity}&price={price}", code, text);
    }

    [Test]
    public Task Price_is_judged_before_quantity() =>
        Refused("symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=IOC&quantity=1.000001&price=100.001", -1013, "Filter failure: PRICE_FILTER");

    [TestCase(RejectReason.MarketClosed, 400, -2010, "Market is closed.")]
    [TestCase(RejectReason.AccountCancelOnly, 400, -2010, "This action is disabled on this account.")]
    [TestCase(RejectReason.Notional, 400, -1013, "Filter failure: NOTIONAL")]
    [TestCase(RejectReason.MaxNumOrders, 400, -1013, "Filter failure: MAX_NUM_ORDERS")]
    [TestCase(RejectReason.DuplicateClientOrderId, 400, -2010, "Duplicate order sent.")]
    [TestCase(RejectReason.InsufficientBalance, 400, -2010, "Account has insufficient balance for requested action.")]
    [TestCase(RejectReason.WouldImmediatelyMatch, 400, -2010, "Order would immediately match and take.")]
    [TestCase(RejectReason.InsufficientLiquidityForLot, 400, -2010, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.")]
    [TestCase(RejectReason.TooManyRestingOrders, 503, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes.")]
    [TestCase(RejectReason.InternalError, 400, -1000, "An unknown error occurred while processing the request.")]
    public async Task The_engines_refusals_carry_sequence_but_no_order_counts(RejectReason reject, int status, int code, string text)
    {
        _api.Orders.OnPlace = _ => new(new PlaceResult(Admission.Executed, reject, 41, ManualJournalTime.StartUs, default, []));

        var answer = await _api.SignedAsync("POST", "/api/v3/order", Limit);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((status, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
        Assert.That((answer.Header("X-Exchange-Sequence"), answer.Header("X-Exchange-Acknowledge")), Is.EqualTo(("41", "local")));
        Assert.That(answer.Headers.ContainsKey("X-MBX-ORDER-COUNT-10S"), Is.False);
    }

    [TestCase(RejectReason.TooManyOrdersPer10Seconds, "10", "Too many new orders; current limit is 100 orders per 10 SECOND.")]
    [TestCase(RejectReason.TooManyOrdersPerDay, "6400", "Too many new orders; current limit is 200000 orders per 1 DAY.")]
    public async Task Too_many_orders_name_the_limit_and_when_it_ends(RejectReason reject, string retryAfter, string text)
    {
        _api.Orders.OnPlace = _ => new(new PlaceResult(Admission.Executed, reject, 41, ManualJournalTime.StartUs, default, []));

        var answer = await _api.SignedAsync("POST", "/api/v3/order", Limit);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((429, $$"""{"code":-1015,"msg":"{{text}}"}""")));
        Assert.That(answer.Header("Retry-After"), Is.EqualTo(retryAfter));
    }

    [Test]
    public async Task A_full_ring_answers_503_with_a_retry_after_one_second()
    {
        _api.Orders.OnPlace = _ => new(new PlaceResult(Admission.Overloaded, RejectReason.None, 0, 0, default, []));

        var answer = await _api.SignedAsync("POST", "/api/v3/order", Limit);

        Assert.That((answer.Status, answer.Header("Retry-After")), Is.EqualTo((503, "1")));
        Assert.That(
            answer.Body,
            Is.EqualTo("""{"code":-1008,"msg":"Server is currently overloaded with other requests. Please try again in a few minutes."}"""));
        Assert.That(answer.Headers.ContainsKey("X-Exchange-Sequence"), Is.False);
    }

    [Test]
    public async Task A_deadline_that_passed_before_the_hand_over_is_outside_of_the_window()
    {
        _api.Orders.OnPlace = _ => new(new PlaceResult(Admission.TooLate, RejectReason.None, 0, 0, default, []));

        var answer = await _api.SignedAsync("POST", "/api/v3/order", Limit);

        Assert.That(answer.Body, Is.EqualTo("""{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}"""));
    }

    [TestCase(RejectReason.UnknownOrder, -2011, "Unknown order sent.")]
    [TestCase(RejectReason.ClientOrderIdMismatch, -2039, "Client order ID is not correct for this order ID.")]
    [TestCase(RejectReason.CancelRestricted, -2011, "Order was not canceled due to cancel restrictions.")]
    public async Task A_refused_cancel_has_its_own_code(RejectReason reject, int code, string text)
    {
        _api.Orders.OnCancel = _ => new(new CancelResult(Admission.Executed, reject, 9, ManualJournalTime.StartUs, default));

        var answer = await _api.SignedAsync("DELETE", "/api/v3/order", "symbol=BTCUSDT&orderId=5");

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
    }

    [TestCase("DELETE", "symbol=BTCUSDT", -1102, "Param 'orderId' or 'origClientOrderId' must be sent, but both were empty/null!")]
    [TestCase("GET", "symbol=BTCUSDT", -1102, "Param 'orderId' or 'origClientOrderId' must be sent, but both were empty/null!")]
    [TestCase("DELETE", "symbol=BTCUSDT&orderId=abc", -1100, "Illegal characters found in parameter 'orderId'; legal range is '^[0-9]{1,20}$'.")]
    [TestCase("DELETE", "symbol=BTCUSDT&orderId=99999999999999999999", -1108, "Parameter 'orderId' overflowed.")]
    [TestCase("DELETE", "symbol=BTCUSDT&orderId=0", -2011, "Unknown order sent.")]
    [TestCase("DELETE", "symbol=BTCUSDT&origClientOrderId=", -1119, "Original client order ID was empty.")]
    [TestCase("DELETE", "symbol=BTCUSDT&orderId=1&cancelRestrictions=ANY", -1145, "Invalid cancelRestrictions")]
    [TestCase("DELETE", "symbol=BTCUSDT&orderId=1&price=1", -1104, "Not all sent parameters were read; read '4' parameter(s) but was sent '5'.")]
    [TestCase("GET", "symbol=BTCUSDT&orderId=1", -2013, "Order does not exist.")]
    [TestCase("GET", "symbol=BTCUSDT&origClientOrderId=none", -2013, "Order does not exist.")]
    public async Task Requests_for_an_order_that_cannot_be_meant_are_refused(string method, string query, int code, string text)
    {
        var answer = await _api.SignedAsync(method, "/api/v3/order", query);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
        Assert.That(_api.Orders.Canceled, Is.Empty);
    }

    [TestCase(RejectReason.UnknownOrder)]
    [TestCase(RejectReason.None)]
    public async Task Cancelling_all_of_nothing_is_an_unknown_order(RejectReason reject)
    {
        _api.Orders.OnCancelAll = (_, _, _) => new(new CancelAllResult(Admission.Executed, reject, 9, ManualJournalTime.StartUs, []));

        var answer = await _api.SignedAsync("DELETE", "/api/v3/openOrders", "symbol=BTCUSDT");

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, """{"code":-2011,"msg":"Unknown order sent."}""")));
    }

    private async Task Refused(string query, int code, string text)
    {
        foreach (var path in (string[])["/api/v3/order", "/api/v3/order/test"])
        {
            var answer = await _api.SignedAsync("POST", path, query);
            Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")), path);
        }

        Assert.That(_api.Orders.Placed, Is.Empty);
    }
}
