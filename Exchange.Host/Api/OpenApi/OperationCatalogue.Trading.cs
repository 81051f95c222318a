namespace Exchange.Host.Api.OpenApi;

/// <content>Orders. The examples follow one order: it is placed, found, made smaller and cancelled.</content>
internal static partial class OperationCatalogue
{
    private const string QueriedOrder =
        """
        {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"my-order-1","price":"50000.00000000","origQty":"0.01000000",
        "executedQty":"0.00000000","cummulativeQuoteQty":"0.00000000","status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY",
        "stopPrice":"0.00000000","icebergQty":"0.00000000","time":1700000000000,"updateTime":1700000000000,"isWorking":true,
        "workingTime":1700000000000,"origQuoteOrderQty":"0.00000000","selfTradePreventionMode":"NONE"}
        """;

    private const string CanceledOrder =
        """
        {"symbol":"BTCUSDT","origClientOrderId":"my-order-1","orderId":28,"orderListId":-1,"clientOrderId":"cancelMyOrder1","transactTime":1700000000000,
        "price":"50000.00000000","origQty":"0.01000000","executedQty":"0.00000000","origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000",
        "status":"CANCELED","timeInForce":"GTC","type":"LIMIT","side":"BUY","selfTradePreventionMode":"NONE"}
        """;

    private static OperationDoc[] Trading =>
    [
        new(
            "POST", "/api/v3/order", "Places an order", ["symbol", "side", "type"],
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&newClientOrderId=my-order-1",
            """
            {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"my-order-1","transactTime":1700000000000,"price":"50000.00000000",
            "origQty":"0.01000000","executedQty":"0.00000000","origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000","status":"NEW",
            "timeInForce":"GTC","type":"LIMIT","side":"BUY","workingTime":1700000000000,"selfTradePreventionMode":"NONE","fills":[]}
            """)
        {
            Description = "LIMIT needs timeInForce, quantity and price; LIMIT_MAKER quantity and price; MARKET one of quantity and quoteOrderQty. "
                + "The answer comes when the order and its fills are on disk. Orders that expire at once (IOC, FOK, MARKET) answer 200.",
        },
        new("POST", "/api/v3/order/test", "Checks an order without placing it", ["symbol", "side", "type"], TestOrder, "{}")
        { Description = "Syntax and filters; funds and the book are not looked at." },
        new("GET", "/api/v3/order", "Finds an order", SymbolOnly, "symbol=BTCUSDT&origClientOrderId=my-order-1", QueriedOrder)
        { Description = "By orderId, by origClientOrderId, or by both, which must then agree." },
        new(
            "PUT", "/api/v3/order/amend/keepPriority", "Makes an order smaller in its place", ["symbol", "newQty"],
            "symbol=BTCUSDT&origClientOrderId=my-order-1&newQty=0.005",
            """
            {"transactTime":1700000000000,"executionId":99,"amendedOrder":{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,
            "origClientOrderId":"my-order-1","clientOrderId":"my-order-1","price":"50000.00000000","qty":"0.00500000","executedQty":"0.00000000",
            "preventedQty":"0.00000000","quoteOrderQty":"0.00000000","cumulativeQuoteQty":"0.00000000","status":"NEW","timeInForce":"GTC","type":"LIMIT",
            "side":"BUY","workingTime":1700000000000,"selfTradePreventionMode":"NONE"}}
            """)
        { Description = "The order keeps its place in the queue and its client id. A quantity that is executed already ends the order." },
        new("GET", "/api/v3/openOrders", "Your open orders", None, "symbol=BTCUSDT", $"[{QueriedOrder}]"),
        new("GET", "/api/v3/allOrders", "Your orders, open and closed", SymbolOnly, "symbol=BTCUSDT", $"[{QueriedOrder}]")
        { Description = "Ascending by id: from `orderId` on, or of a time window of at most 24 hours. `limit`: default 500, at most 1000." },
        new("DELETE", "/api/v3/order", "Cancels an order", SymbolOnly, "symbol=BTCUSDT&origClientOrderId=my-order-1", CanceledOrder)
        { Description = "By orderId, by origClientOrderId, or by both, which must then agree." },
        new("DELETE", "/api/v3/openOrders", "Cancels your open orders of a symbol", SymbolOnly, "symbol=BTCUSDT", $"[{CanceledOrder}]")
        { Description = "With no open order it is refused with -2011." },
    ];

    private const string TestOrder = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000";
}
