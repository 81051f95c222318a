using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>What an amendment hands to the module, and the exact bytes of its answers.</summary>
public sealed class AmendTests
{
    private const long Time = ManualJournalTime.StartUs;
    private const string Path = "/api/v3/order/amend/keepPriority";

    private ApiHarness _api = null!;

    [SetUp]
    public void Start()
    {
        _api = new ApiHarness();
        _api.Orders.Stored.Add(Order);
        _api.Orders.OnAmend = amend => new(new CancelResult(Admission.Executed, RejectReason.None, 99, Time, Order with { Quantity = amend.NewQuantity }));
    }

    [TearDown]
    public void Stop() => _api.Dispose();

    private static OrderState Order => new()
    {
        OrderId = 28,
        AccountId = ApiHarness.AccountId,
        ClientOrderId = ClientOrderId.From("mine"),
        Side = Side.Sell,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Gtc,
        Status = OrderStatus.PartiallyFilled,
        Price = 10_010,
        Quantity = 150_000,
        ExecutedQuantity = 50_000,
        CumulativeQuote = 5_005_000_000,
        CreatedUs = Time,
        UpdatedUs = Time,
        WorkingUs = Time,
    };

    [TestCase("orderId=28", 28, "")]
    [TestCase("origClientOrderId=mine", 0, "mine")]
    [TestCase("orderId=28&newClientOrderId=mine", 28, "")]
    public async Task An_amended_order_is_shown_with_its_new_quantity(string parameters, long orderId, string clientOrderId)
    {
        var answer = await _api.SignedAsync("PUT", Path, $"symbol=BTCUSDT&newQty=1.2&{parameters}");

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            """
            {"transactTime":1700000000000,"executionId":99,"amendedOrder":{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,
            "origClientOrderId":"mine","clientOrderId":"mine","price":"100.10000000","qty":"1.20000000","executedQty":"0.50000000","preventedQty":"0.00000000",
            "quoteOrderQty":"0.00000000","cumulativeQuoteQty":"50.05000000","status":"PARTIALLY_FILLED","timeInForce":"GTC","type":"LIMIT","side":"SELL",
            "workingTime":1700000000000,"selfTradePreventionMode":"NONE"}}
            """)));
        Assert.That(answer.Header("X-Exchange-Sequence"), Is.EqualTo("99"));
        Assert.That(answer.Headers.ContainsKey("X-MBX-ORDER-COUNT-10S"), Is.False, "an amendment counts as no order");
        var amend = _api.Orders.Amended.Single();
        Assert.That(
            (amend.AccountId, amend.Symbol, amend.OrderId, amend.OriginalClientOrderId.ToString(), amend.NewQuantity, amend.DeadlineUs),
            Is.EqualTo((ApiHarness.AccountId, _api.Btc, orderId, clientOrderId, 120_000L, Time + 5_000_000)));
    }

    [TestCase("orderId=28", -1102, "Mandatory parameter 'newQty' was not sent, was empty/null, or malformed.")]
    [TestCase("newQty=1", -1102, "Param 'orderId' or 'origClientOrderId' must be sent, but both were empty/null!")]
    [TestCase("orderId=28&newQty=0", -1013, "Invalid quantity.")]
    [TestCase("orderId=28&newQty=0.000001", -1013, "Filter failure: LOT_SIZE")]
    [TestCase("orderId=28&newQty=1e1", -1100, @"Illegal characters found in parameter 'newQty'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.")]
    [TestCase("orderId=28&newQty=1&newClientOrderId=other", -1020, "This operation is not supported.")]
    [TestCase("orderId=0&newQty=1", -2038, "Unknown order sent.")]
    [TestCase("orderId=28&newQty=1&price=5", -1104, "Not all sent parameters were read; read '5' parameter(s) but was sent '6'.")]
    public async Task A_wrong_amendment_is_refused_and_reaches_nobody(string parameters, int code, string text)
    {
        var answer = await _api.SignedAsync("PUT", Path, $"symbol=BTCUSDT&{parameters}");

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
        Assert.That(_api.Orders.Amended, Is.Empty);
    }

    [TestCase(RejectReason.UnknownOrder, -2038, "Unknown order sent.")]
    [TestCase(RejectReason.InvalidQuantity, -2038, "Order amend (quantity increase) is not supported.")]
    [TestCase(RejectReason.NoChange, -2038, "The requested action would change no state; rejecting")]
    public async Task A_refusal_of_the_module_has_the_venues_code_and_text(RejectReason reason, int code, string text)
    {
        _api.Orders.OnAmend = _ => new(new CancelResult(Admission.Executed, reason, 0, 0, default));

        var answer = await _api.SignedAsync("PUT", Path, "symbol=BTCUSDT&orderId=28&newQty=1");

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
        Assert.That(answer.Headers.ContainsKey("X-Exchange-Sequence"), Is.False, "it never had a place in the order of commands");
        Assert.That(answer.Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("4"));
    }
}
