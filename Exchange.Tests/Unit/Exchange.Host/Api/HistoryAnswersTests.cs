using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>Exact answers of allOrders and myTrades, what they ask for, and what they refuse.</summary>
public sealed class HistoryAnswersTests
{
    private const long DayMs = 86_400_000;
    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [Test]
    public async Task All_orders_shows_each_as_a_queried_order_and_how_far_it_is_complete()
    {
        _api.Orders.Stored.Add(new OrderState
        {
            OrderId = 12,
            AccountId = ApiHarness.AccountId,
            ClientOrderId = ClientOrderId.From("mine"),
            Side = Side.Sell,
            Type = OrderType.Limit,
            TimeInForce = TimeInForce.Ioc,
            Status = OrderStatus.Expired,
            ExpireReason = ExpireReason.UnfilledIoc,
            Price = 6_000_000,
            Quantity = 3_000,
            ExecutedQuantity = 1_000,
            CumulativeQuote = 60_000_000_000,
            CreatedUs = 1_700_000_000_123_456,
            UpdatedUs = 1_700_000_000_123_456,
            WorkingUs = 1_700_000_000_123_456,
        });

        var answer = await _api.SignedAsync("GET", "/api/v3/allOrders", "symbol=BTCUSDT");

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            """
            [{"symbol":"BTCUSDT","orderId":12,"orderListId":-1,"clientOrderId":"mine","price":"60000.00000000","origQty":"0.03000000",
            "executedQty":"0.01000000","cummulativeQuoteQty":"600.00000000","status":"EXPIRED","timeInForce":"IOC","type":"LIMIT","side":"SELL",
            "stopPrice":"0.00000000","icebergQty":"0.00000000","time":1700000000123,"updateTime":1700000000123,"isWorking":true,
            "workingTime":1700000000123,"origQuoteOrderQty":"0.00000000","selfTradePreventionMode":"NONE",
            "expiryReason":"UNFILLED_IOC_QUANTITY_EXPIRED"}]
            """)));
        Assert.That(answer.Header("X-Exchange-Complete-Sequence"), Is.EqualTo("77"));
    }

    [Test]
    public async Task My_trades_shows_the_fee_in_the_asset_that_was_received()
    {
        _api.Orders.StoredFills.Add(new AccountFill(5, 12, IsBuyer: true, IsMaker: false, 6_000_000, 1_000, Fee: 1_000, 1_700_000_000_123_456));
        _api.Orders.StoredFills.Add(new AccountFill(6, 13, IsBuyer: false, IsMaker: true, 6_000_000, 1_000, Fee: 60_000_000, 1_700_000_000_123_456));

        var answer = await _api.SignedAsync("GET", "/api/v3/myTrades", "symbol=BTCUSDT", ("X-MBX-TIME-UNIT", "MICROSECOND"));

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            """
            [{"symbol":"BTCUSDT","id":5,"orderId":12,"orderListId":-1,"price":"60000.00000000","qty":"0.01000000","quoteQty":"600.00000000",
            "commission":"0.00001000","commissionAsset":"BTC","time":1700000000123456,"isBuyer":true,"isMaker":false,"isBestMatch":true},
            {"symbol":"BTCUSDT","id":6,"orderId":13,"orderListId":-1,"price":"60000.00000000","qty":"0.01000000","quoteQty":"600.00000000",
            "commission":"0.60000000","commissionAsset":"USDT","time":1700000000123456,"isBuyer":false,"isMaker":true,"isBestMatch":true}]
            """)));
        Assert.That(answer.Header("X-Exchange-Complete-Sequence"), Is.EqualTo("77"));
    }

    [Test]
    public async Task None_is_an_empty_list()
    {
        Assert.That((await _api.SignedAsync("GET", "/api/v3/allOrders", "symbol=BTCUSDT")).Body, Is.EqualTo("[]"));
        Assert.That((await _api.SignedAsync("GET", "/api/v3/myTrades", "symbol=BTCUSDT")).Body, Is.EqualTo("[]"));
    }

    [TestCase("", 0, 0, long.MaxValue, 500, true)]
    [TestCase("&limit=3", 0, 0, long.MaxValue, 3, true)]
    [TestCase("&limit=5000", 0, 0, long.MaxValue, 1_000, true)]
    [TestCase("&orderId=9", 9, 0, long.MaxValue, 500, false)]
    [TestCase("&orderId=0", 0, 0, long.MaxValue, 500, false)]
    [TestCase("&startTime=5", 0, 5_000, long.MaxValue, 500, false)]
    [TestCase("&endTime=5", 0, 0, 5_999, 500, true)]
    [TestCase("&startTime=5&endTime=5", 0, 5_000, 5_999, 500, false)]
    [TestCase("&startTime=1700000000000001&endTime=1700000000000009", 0, 1_700_000_000_000_001, 1_700_000_000_000_009, 500, false)]
    [TestCase("&startTime=0&endTime=86400000", 0, 0, 86_400_000_999, 500, false)]
    public async Task All_orders_asks_for(string query, long fromId, long fromUs, long toUs, int limit, bool takesNewest)
    {
        await _api.SignedAsync("GET", "/api/v3/allOrders", "symbol=BTCUSDT" + query);

        Assert.That(_api.Orders.AskedOrders, Is.EqualTo(new OrderQuery(ApiHarness.AccountId, 0, fromId, fromUs, toUs, limit, takesNewest)));
    }

    [TestCase("", 0, 0, 0, long.MaxValue, true)]
    [TestCase("&orderId=9", 9, 0, 0, long.MaxValue, true)]
    [TestCase("&orderId=0", -1, 0, 0, long.MaxValue, true)]
    [TestCase("&fromId=4", 0, 4, 0, long.MaxValue, false)]
    [TestCase("&orderId=9&fromId=4", 9, 4, 0, long.MaxValue, false)]
    [TestCase("&startTime=5", 0, 0, 5_000, long.MaxValue, false)]
    [TestCase("&endTime=5", 0, 0, 0, 5_999, true)]
    [TestCase("&startTime=5&endTime=7", 0, 0, 5_000, 7_999, false)]
    public async Task My_trades_asks_for(string query, long orderId, long fromId, long fromUs, long toUs, bool takesNewest)
    {
        await _api.SignedAsync("GET", "/api/v3/myTrades", "symbol=BTCUSDT" + query);

        Assert.That(_api.Orders.AskedFills, Is.EqualTo(new FillQuery(ApiHarness.AccountId, 0, orderId, fromId, fromUs, toUs, 500, takesNewest)));
    }

    [TestCase("/api/v3/allOrders", "", -1102)]
    [TestCase("/api/v3/allOrders", "symbol=NOPE", -1121)]
    [TestCase("/api/v3/allOrders", "symbol=BTCUSDT&limit=0", -1130)]
    [TestCase("/api/v3/allOrders", "symbol=BTCUSDT&orderId=x", -1100)]
    [TestCase("/api/v3/allOrders", "symbol=BTCUSDT&fromId=1", -1104)]
    [TestCase("/api/v3/allOrders", "symbol=BTCUSDT&startTime=9&endTime=8", -1128)]
    [TestCase("/api/v3/myTrades", "", -1102)]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT&startTime=9&endTime=8", -1128)]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT&orderId=1&startTime=9", -1128)]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT&fromId=1&endTime=9", -1128)]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT&orderId=1&fromId=1&endTime=9", -1128)]
    public async Task Refused(string path, string query, int code)
    {
        var answer = await _api.SignedAsync("GET", path, query);

        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Body, Does.StartWith($"{{\"code\":{code},"));
    }

    [TestCase("/api/v3/allOrders")]
    [TestCase("/api/v3/myTrades")]
    public async Task A_span_of_more_than_a_day_is_refused(string path)
    {
        var whole = await _api.SignedAsync("GET", path, $"symbol=BTCUSDT&startTime=1000&endTime={1_000 + DayMs}");
        var longer = await _api.SignedAsync("GET", path, $"symbol=BTCUSDT&startTime=1000&endTime={1_001 + DayMs}");

        Assert.That(whole.Status, Is.EqualTo(200));
        Assert.That(
            (longer.Status, longer.Body), Is.EqualTo((400, """{"code":-1127,"msg":"More than 24 hours between startTime and endTime."}""")));
    }

    [TestCase("/api/v3/allOrders", "symbol=BTCUSDT")]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT")]
    [TestCase("/api/v3/order", "symbol=BTCUSDT&orderId=1")]
    [TestCase("/api/v3/order", "symbol=BTCUSDT&origClientOrderId=x")]
    public async Task A_history_that_cannot_be_read_is_told_and_may_be_asked_again(string path, string query)
    {
        _api.Orders.CompleteSequence = null;

        var answer = await _api.SignedAsync("GET", path, query);

        Assert.That(
            (answer.Status, answer.Body, answer.Header("Retry-After")),
            Is.EqualTo((503, """{"code":-1008,"msg":"Server is currently overloaded with other requests. Please try again in a few minutes."}""", "1")));
    }

    [TestCase("/api/v3/allOrders", "symbol=BTCUSDT", 20)]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT", 20)]
    [TestCase("/api/v3/myTrades", "symbol=BTCUSDT&orderId=3", 5)]
    public async Task They_weigh_what_the_contract_says(string path, string query, int weight)
    {
        var answer = await _api.SignedAsync("GET", path, query);

        Assert.That(answer.Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo($"{weight}"));
    }
}
