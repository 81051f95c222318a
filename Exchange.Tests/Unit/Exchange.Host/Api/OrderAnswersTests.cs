using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>What order entry hands to the module, and the exact bytes of each answer.</summary>
public sealed class OrderAnswersTests
{
    private const long Time = ManualJournalTime.StartUs;

    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [Test]
    public async Task A_resting_limit_order_answers_full_by_default()
    {
        Answer(Order(OrderType.Limit, OrderStatus.New), []);

        var answer = await _api.SignedAsync(
            "POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1.5&price=0100.10&newClientOrderId=x-TKT5PX2F.1:/_");

        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Is.EqualTo(
            ApiHarness.Joined(
                """
                {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine","transactTime":1700000000000,
                "price":"100.10000000","origQty":"1.50000000","executedQty":"0.00000000","origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000",
                "status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY","workingTime":1700000000000,"selfTradePreventionMode":"NONE","fills":[]}
                """)));
        var placed = _api.Orders.Placed.Single();
        Assert.That(
            (placed.AccountId, placed.Symbol, placed.Side, placed.Type, placed.TimeInForce, placed.Price, placed.Quantity, placed.IsQuoteQuantity),
            Is.EqualTo((ApiHarness.AccountId, _api.Btc, Side.Buy, OrderType.Limit, TimeInForce.Gtc, 10_010L, 150_000L, false)));
        Assert.That(placed.ClientOrderId.ToString(), Is.EqualTo("x-TKT5PX2F.1:/_"));
        Assert.That(placed.DeadlineUs, Is.EqualTo(Time + 5_000_000));
    }

    [Test]
    public async Task A_placed_order_carries_counts_sequence_and_what_it_waited_for()
    {
        Answer(Order(OrderType.Limit, OrderStatus.New), []);

        var answer = await _api.SignedAsync("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100");

        Assert.That(
            (answer.Header("X-MBX-ORDER-COUNT-10S"), answer.Header("X-MBX-ORDER-COUNT-1D"), answer.Header("X-Exchange-Sequence"),
                answer.Header("X-Exchange-Acknowledge"), answer.Header("X-MBX-USED-WEIGHT-1M"), answer.Header("X-MBX-USED-WEIGHT"), answer.Header("Content-Type")),
            Is.EqualTo(("3", "17", "99", "local", "0", "0", "application/json;charset=UTF-8")));
    }

    [Test]
    public async Task A_client_order_id_is_made_up_when_none_is_sent()
    {
        Answer(Order(OrderType.Limit, OrderStatus.New), []);
        for (var i = 0; i < 2; i++)
        {
            await _api.SignedAsync("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100");
        }

        var ids = _api.Orders.Placed.ConvertAll(order => order.ClientOrderId.ToString());
        Assert.That(ids, Has.All.Matches<string>(id => id!.Length == 22 && id.All(char.IsAsciiLetterOrDigit)));
        Assert.That(ids, Is.Unique);
    }

    [Test]
    public async Task A_limit_maker_answers_ack_by_default()
    {
        Answer(Order(OrderType.LimitMaker, OrderStatus.New), []);

        var answer = await _api.SignedAsync("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1.5&price=100.1");

        Assert.That(
            answer.Body,
            Is.EqualTo("""{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine","transactTime":1700000000000}"""));
        Assert.That((_api.Orders.Placed[0].Type, _api.Orders.Placed[0].TimeInForce), Is.EqualTo((OrderType.LimitMaker, TimeInForce.Gtc)));
    }

    [Test]
    public async Task A_limit_maker_answers_full_when_asked()
    {
        Answer(Order(OrderType.LimitMaker, OrderStatus.New), []);

        var answer = await _api.SignedAsync("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1.5&price=100.1&newOrderRespType=FULL");

        Assert.That(answer.Body, Does.EndWith(
            ApiHarness.Joined(
                """
                "status":"NEW","timeInForce":"GTC","type":"LIMIT_MAKER","side":"BUY","workingTime":1700000000000,"selfTradePreventionMode":"NONE","fills":[]}
                """)));
    }

    [Test]
    public async Task A_market_sell_shows_its_fills_with_the_fee_in_the_quote_asset()
    {
        var order = Order(OrderType.Market, OrderStatus.Expired);
        order.Side = Side.Sell;
        order.Price = 0;
        order.ExecutedQuantity = 100_001;
        order.CumulativeQuote = _api.Btc.Notional(10_010, 100_001);
        order.ExpireReason = ExpireReason.InsufficientLiquidity;
        Answer(order, [new FillState(56, 10_010, 100_000, 10_010_000), new FillState(57, 10_010, 1, 101)]);

        var answer = await _api.SignedAsync("POST", "/api/v3/order", "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1.5&selfTradePreventionMode=NONE");

        Assert.That(answer.Body, Is.EqualTo(
            ApiHarness.Joined(
                """
                {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine","transactTime":1700000000000,
                "price":"0.00000000","origQty":"1.50000000","executedQty":"1.00001000","origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"100.10100100",
                "status":"EXPIRED","timeInForce":"GTC","type":"MARKET","side":"SELL","workingTime":1700000000000,"selfTradePreventionMode":"NONE",
                "expiryReason":"INSUFFICIENT_LIQUIDITY","fills":[{"price":"100.10000000","qty":"1.00000000","commission":"0.10010000","commissionAsset":"USDT","tradeId":56},
                {"price":"100.10000000","qty":"0.00001000","commission":"0.00000101","commissionAsset":"USDT","tradeId":57}]}
                """)));
    }

    [Test]
    public async Task A_market_buy_by_quote_amount_hands_units_over_and_pays_in_the_base_asset()
    {
        var order = Order(OrderType.Market, OrderStatus.Filled);
        order.Price = 0;
        order.Quantity = order.ExecutedQuantity = 100_000;
        order.CumulativeQuote = _api.Btc.Notional(10_010, 100_000);
        order.QuoteOrderQuantity = 10_050_000_001;
        Answer(order, [new FillState(56, 10_010, 100_000, 100_000)]);

        var answer = await _api.SignedAsync("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=100.50000001");

        Assert.That((_api.Orders.Placed[0].IsQuoteQuantity, _api.Orders.Placed[0].Quantity), Is.EqualTo((true, 10_050_000_001L)));
        Assert.That(answer.Body, Is.EqualTo(
            ApiHarness.Joined(
                """
                {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine","transactTime":1700000000000,
                "price":"0.00000000","origQty":"1.00000000","executedQty":"1.00000000","origQuoteOrderQty":"100.50000001","cummulativeQuoteQty":"100.10000000",
                "status":"FILLED","timeInForce":"GTC","type":"MARKET","side":"BUY","workingTime":1700000000000,"selfTradePreventionMode":"NONE",
                "fills":[{"price":"100.10000000","qty":"1.00000000","commission":"0.00100000","commissionAsset":"BTC","tradeId":56}]}
                """)));
    }

    [Test]
    public async Task Result_tells_why_a_fill_or_kill_order_expired_and_that_it_never_worked()
    {
        var order = Order(OrderType.Limit, OrderStatus.Expired);
        order.TimeInForce = TimeInForce.Fok;
        order.WorkingUs = 0;
        order.ExpireReason = ExpireReason.UnfilledFok;
        Answer(order, []);

        var answer = await _api.SignedAsync(
            "POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&quantity=1.5&price=100.1&newOrderRespType=RESULT");

        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Does.EndWith(
            ApiHarness.Joined(
                """
                "status":"EXPIRED","timeInForce":"FOK","type":"LIMIT","side":"BUY","workingTime":-1,"selfTradePreventionMode":"NONE","expiryReason":"UNFILLED_FOK_ORDER_EXPIRED"}
                """)));
        Assert.That(_api.Orders.Placed[0].TimeInForce, Is.EqualTo(TimeInForce.Fok));
    }

    [Test]
    public async Task Ack_of_an_immediate_or_cancel_order_tells_only_its_ids()
    {
        Answer(Order(OrderType.Limit, OrderStatus.Filled), []);

        var answer = await _api.SignedAsync(
            "POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=1.5&price=100.1&newOrderRespType=ACK");

        Assert.That(
            answer.Body,
            Is.EqualTo("""{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine","transactTime":1700000000000}"""));
    }

    [Test]
    public async Task A_cancel_shows_the_orders_id_as_original_and_its_own_as_client_id()
    {
        _api.Orders.OnCancel = _ => new(new CancelResult(Admission.Executed, RejectReason.None, 5, Time + 1_999, Order(OrderType.Limit, OrderStatus.Canceled)));

        var answer = await _api.SignedAsync(
            "DELETE", "/api/v3/order", "symbol=BTCUSDT&orderId=28&origClientOrderId=mine&newClientOrderId=cancel-1&cancelRestrictions=ONLY_NEW");

        Assert.That(answer.Body, Is.EqualTo(
            ApiHarness.Joined(
                """
                {"symbol":"BTCUSDT","origClientOrderId":"mine","orderId":28,"orderListId":-1,"clientOrderId":"cancel-1","transactTime":1700000000001,
                "price":"100.10000000","origQty":"1.50000000","executedQty":"0.00000000","origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000",
                "status":"CANCELED","timeInForce":"GTC","type":"LIMIT","side":"BUY","selfTradePreventionMode":"NONE"}
                """)));
        var cancel = _api.Orders.Canceled.Single();
        Assert.That(
            (cancel.AccountId, cancel.Symbol, cancel.OrderId, cancel.OriginalClientOrderId.ToString(), cancel.CancelClientOrderId.ToString(), cancel.Restriction, cancel.DeadlineUs),
            Is.EqualTo((ApiHarness.AccountId, _api.Btc, 28L, "mine", "cancel-1", CancelRestriction.OnlyNew, Time + 5_000_000)));
        Assert.That((answer.Header("X-Exchange-Sequence"), answer.Headers.ContainsKey("X-MBX-ORDER-COUNT-10S")), Is.EqualTo(("5", false)));
    }

    [Test]
    public async Task Cancelling_all_answers_an_array_with_one_id_of_the_cancel()
    {
        _api.Orders.OnCancelAll = (accountId, symbol, deadlineUs) =>
        {
            Assert.That((accountId, symbol, deadlineUs), Is.EqualTo((ApiHarness.AccountId, _api.Btc, Time + 5_000_000)));
            var order = Order(OrderType.Limit, OrderStatus.Canceled);
            var second = order;
            second.OrderId = 29;
            return new(new CancelAllResult(Admission.Executed, RejectReason.None, 5, Time, [order, second]));
        };

        var answer = await _api.SignedAsync("DELETE", "/api/v3/openOrders", "symbol=BTCUSDT");

        using var json = System.Text.Json.JsonDocument.Parse(answer.Body);
        var rows = json.RootElement.EnumerateArray().ToArray();
        Assert.That(rows.Select(row => row.GetProperty("orderId").GetInt64()), Is.EqualTo((long[])[28, 29]));
        Assert.That(rows.Select(row => row.GetProperty("clientOrderId").GetString()).Distinct().Single(), Does.Match("^[0-9A-Za-z]{22}$"));
    }

    [Test]
    public async Task A_queried_order_shows_all_its_fields()
    {
        var order = Order(OrderType.Limit, OrderStatus.PartiallyFilled);
        order.ExecutedQuantity = 50_000;
        order.CumulativeQuote = _api.Btc.Notional(10_010, 50_000);
        order.UpdatedUs = Time + 2_000_000;
        _api.Orders.Stored.Add(order);
        var expected =
            ApiHarness.Joined(
                """
                {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine","price":"100.10000000","origQty":"1.50000000","executedQty":"0.50000000",
                "cummulativeQuoteQty":"50.05000000","status":"PARTIALLY_FILLED","timeInForce":"GTC","type":"LIMIT","side":"BUY","stopPrice":"0.00000000",
                "icebergQty":"0.00000000","time":1700000000000,"updateTime":1700000002000,"isWorking":true,"workingTime":1700000000000,
                "origQuoteOrderQty":"0.00000000","selfTradePreventionMode":"NONE"}
                """);

        foreach (var ids in (string[])["orderId=28", "origClientOrderId=mine", "orderId=28&origClientOrderId=mine"])
        {
            var answer = await _api.SignedAsync("GET", "/api/v3/order", "symbol=BTCUSDT&" + ids);
            Assert.That(answer.Body, Is.EqualTo(expected), ids);
        }

        var mismatch = await _api.SignedAsync("GET", "/api/v3/order", "symbol=BTCUSDT&orderId=28&origClientOrderId=other");
        Assert.That((mismatch.Status, mismatch.Body), Is.EqualTo((400, """{"code":-2039,"msg":"Client order ID is not correct for this order ID."}""")));
    }

    [Test]
    public async Task Open_orders_are_an_array_of_the_accounts_own()
    {
        var other = Order(OrderType.Limit, OrderStatus.New);
        other.AccountId = 8;
        _api.Orders.Stored.AddRange([Order(OrderType.Limit, OrderStatus.New), other, Order(OrderType.Limit, OrderStatus.Canceled)]);

        var bySymbol = await _api.SignedAsync("GET", "/api/v3/openOrders", "symbol=BTCUSDT");
        var all = await _api.SignedAsync("GET", "/api/v3/openOrders", "");
        _api.Orders.Stored.Clear();
        var none = await _api.SignedAsync("GET", "/api/v3/openOrders", "symbol=BTCUSDT");

        using var json = System.Text.Json.JsonDocument.Parse(bySymbol.Body);
        Assert.That(json.RootElement.GetArrayLength(), Is.EqualTo(1));
        Assert.That(all.Body, Is.EqualTo(bySymbol.Body));
        Assert.That(none.Body, Is.EqualTo("[]"));
    }

    [Test]
    public async Task Microseconds_are_shown_when_asked_for()
    {
        Answer(Order(OrderType.LimitMaker, OrderStatus.New), []);

        var answer = await _api.SignedAsync(
            "POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1&price=100", ("X-MBX-TIME-UNIT", "microsecond"));

        Assert.That(answer.Body, Does.Contain("\"transactTime\":1700000000000000}"));
    }

    [Test]
    public async Task A_test_order_reaches_nobody_and_tells_rates_when_asked()
    {
        const string Order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100";

        var plain = await _api.SignedAsync("POST", "/api/v3/order/test", Order);
        var rates = await _api.SignedAsync("POST", "/api/v3/order/test", Order + "&computeCommissionRates=true");

        Assert.That((plain.Body, plain.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo(("{}", "1")));
        Assert.That(rates.Body, Is.EqualTo(
            ApiHarness.Joined(
                """
                {"standardCommissionForOrder":{"maker":"0.00100000","taker":"0.00100000"},"specialCommissionForOrder":{"maker":"0.00000000","taker":"0.00000000"},
                "taxCommissionForOrder":{"maker":"0.00000000","taker":"0.00000000"},
                "discount":{"enabledForAccount":false,"enabledForSymbol":false,"discountAsset":null,"discount":"0.00000000"}}
                """)));
        Assert.That(rates.Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("21"));
        Assert.That(_api.Orders.Placed, Is.Empty);
    }

    [TestCase("type=LIMIT&timeInForce=GTC&quantity=0.04999&price=100", "Filter failure: NOTIONAL")]
    [TestCase("type=LIMIT&timeInForce=GTC&quantity=9000&price=1000.01", "Filter failure: NOTIONAL")]
    [TestCase("type=MARKET&quoteOrderQty=4.99999999", "Filter failure: NOTIONAL")]
    [TestCase("type=MARKET&quantity=0.04999", "Filter failure: NOTIONAL")]
    public async Task A_test_order_meets_the_notional_filter(string order, string text)
    {
        _api.MarketData.Last = 10_000;

        var answer = await _api.SignedAsync("POST", "/api/v3/order/test", "symbol=BTCUSDT&side=BUY&" + order);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":-1013,"msg":"{{text}}"}""")));
    }

    [TestCase("BUY", "type=LIMIT&timeInForce=GTC&quantity=1&price=110.01", "Filter failure: PERCENT_PRICE_BY_SIDE")]
    [TestCase("BUY", "type=LIMIT&timeInForce=GTC&quantity=1&price=89.99", "Filter failure: PERCENT_PRICE_BY_SIDE")]
    [TestCase("SELL", "type=LIMIT_MAKER&quantity=1&price=200.01", "Filter failure: PERCENT_PRICE_BY_SIDE")]
    [TestCase("SELL", "type=LIMIT_MAKER&quantity=1&price=49.99", "Filter failure: PERCENT_PRICE_BY_SIDE")]
    [TestCase("SELL", "type=LIMIT_MAKER&quantity=0.07&price=100", "Filter failure: MIN_NOTIONAL")]
    [TestCase("SELL", "type=MARKET&quantity=0.2", "Filter failure: MARKET_LOT_SIZE")]
    [TestCase("SELL", "type=MARKET&quantity=1.05", "Filter failure: MARKET_LOT_SIZE")]
    [TestCase("BUY", "type=LIMIT&timeInForce=GTC&quantity=1&price=110", null)]
    [TestCase("SELL", "type=LIMIT_MAKER&quantity=1&price=50", null)]
    [TestCase("SELL", "type=LIMIT_MAKER&quantity=0.08&price=100", null)]
    [TestCase("SELL", "type=MARKET&quantity=0.3", null)]
    public async Task A_test_order_meets_the_filters_of_its_symbol(string side, string order, string? text)
    {
        PublishedSymbols.Add(_api.Symbols, PublishedSymbols.Spec("ETHUSDT", "ETH", "USDT") with
        {
            MinNotionalFilter = 8 * FixedPoint.One,
            MarketMinQuantity = 3 * FixedPoint.One / 10,
            MarketMaxQuantity = 9_000 * FixedPoint.One,
            MarketLotSize = FixedPoint.One / 10,
            BidMultiplierUp = 11 * FixedPoint.One / 10,
            BidMultiplierDown = 9 * FixedPoint.One / 10,
            AskMultiplierUp = 2 * FixedPoint.One,
            AskMultiplierDown = FixedPoint.One / 2,
        });
        _api.MarketData.Last = 10_000;

        var answer = await _api.SignedAsync("POST", "/api/v3/order/test", $"symbol=ETHUSDT&side={side}&{order}");

        Assert.That(answer.Body, Is.EqualTo(text is null ? "{}" : $$"""{"code":-1013,"msg":"{{text}}"}"""));
    }

    [TestCase("type=LIMIT&timeInForce=GTC&quantity=0.05&price=100")]
    [TestCase("type=LIMIT&timeInForce=GTC&quantity=9000&price=1000")]
    [TestCase("type=MARKET&quoteOrderQty=5")]
    [TestCase("type=MARKET&quantity=0.05")]
    [TestCase("type=MARKET&quantity=9000")]
    public async Task A_test_order_at_the_edge_of_the_notional_filter_passes(string order)
    {
        _api.MarketData.Last = 10_000;

        Assert.That((await _api.SignedAsync("POST", "/api/v3/order/test", "symbol=BTCUSDT&side=BUY&" + order)).Body, Is.EqualTo("{}"));
    }

    [Test]
    public async Task A_test_order_meets_a_closed_market_and_the_number_of_open_orders()
    {
        const string Order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100";
        for (var i = 0; i < 200; i++)
        {
            _api.Orders.Stored.Add(OrderAnswersTests.Order(OrderType.Limit, OrderStatus.New));
        }

        var full = await _api.SignedAsync("POST", "/api/v3/order/test", Order);
        _api.Orders.Stored.RemoveAt(0);
        var fits = await _api.SignedAsync("POST", "/api/v3/order/test", Order);
        PublishedSymbols.Quarantine(_api.Symbols, _api.Btc);
        var closed = await _api.SignedAsync("POST", "/api/v3/order/test", Order);

        Assert.That(full.Body, Is.EqualTo("""{"code":-1013,"msg":"Filter failure: MAX_NUM_ORDERS"}"""));
        Assert.That(fits.Body, Is.EqualTo("{}"));
        Assert.That(closed.Body, Is.EqualTo("""{"code":-2010,"msg":"Market is closed."}"""));
    }

    private void Answer(OrderState order, IReadOnlyList<FillState> fills) =>
        _api.Orders.OnPlace = _ => new(new PlaceResult(Admission.Executed, RejectReason.None, 99, Time, order, fills));

    private static OrderState Order(OrderType type, OrderStatus status) => new()
    {
        OrderId = 28,
        AccountId = ApiHarness.AccountId,
        ClientOrderId = ClientOrderId.From("mine"),
        Side = Side.Buy,
        Type = type,
        TimeInForce = TimeInForce.Gtc,
        Status = status,
        Price = 10_010,
        Quantity = 150_000,
        CreatedUs = Time,
        UpdatedUs = Time,
        WorkingUs = Time,
    };
}
