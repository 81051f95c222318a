namespace Exchange.Host.Api.OpenApi;

/// <summary>
/// Every endpoint of <see cref="EndpointTable"/> in words, with an example of request and answer. Tests hold it to the table and the examples to
/// what a running host answers.
/// </summary>
internal static partial class OperationCatalogue
{
    private static readonly string[] None = [];
    private static readonly string[] SymbolOnly = ["symbol"];

    private static readonly Dictionary<(string Method, string Path), OperationDoc> ByRow =
        ((OperationDoc[])[.. General, .. MarketData, .. Trading, .. Account, .. Wallet, .. Sandbox])
        .ToDictionary(operation => (operation.Method, operation.Path));

    public static IEnumerable<OperationDoc> All => ByRow.Values;

    /// <exception cref="KeyNotFoundException">The row is not described: a bug.</exception>
    public static OperationDoc Of(ApiRow row) => ByRow[(row.Method, row.Path)];

    private const string Symbol =
        """
        {"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","baseAssetPrecision":8,"quoteAsset":"USDT",
        "quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],
        "icebergAllowed":false,"ocoAllowed":false,"otoAllowed":false,"opoAllowed":false,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":false,
        "cancelReplaceAllowed":false,"amendAllowed":true,"pegInstructionsAllowed":false,"isSpotTradingAllowed":true,"isMarginTradingAllowed":false,
        "filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"}],
        "permissions":[],"permissionSets":[["SPOT"]],"defaultSelfTradePreventionMode":"NONE","allowedSelfTradePreventionModes":["NONE"]}
        """;

    private static OperationDoc[] General =>
    [
        new("GET", "/api/v3/ping", "Tests the connection", None, "", "{}"),
        new("GET", "/api/v3/time", "The exchange's clock", None, "", """{"serverTime":1700000000000}"""),
        new(
            "GET", "/api/v3/exchangeInfo", "Limits, symbols and their filters", None, "symbol=BTCUSDT",
            $$$"""
            {"timezone":"UTC","serverTime":1700000000000,"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000}],
            "exchangeFilters":[],"symbols":[{{{Symbol}}}]}
            """),
    ];

    private static OperationDoc[] Account =>
    [
        new(
            "GET", "/api/v3/account", "Balances and rates", None, "omitZeroBalances=true",
            """
            {"makerCommission":10,"takerCommission":10,"buyerCommission":0,"sellerCommission":0,
            "commissionRates":{"maker":"0.00100000","taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},
            "canTrade":true,"canWithdraw":false,"canDeposit":false,"brokered":false,"requireSelfTradePrevention":false,"preventSor":false,
            "updateTime":1700000000000,"accountType":"SPOT","balances":[{"asset":"USDT","free":"100000.00000000","locked":"0.00000000"}],
            "permissions":["SPOT"],"uid":1}
            """),
        new(
            "GET", "/api/v3/account/commission", "Rates of a symbol", SymbolOnly, "symbol=BTCUSDT",
            """
            {"symbol":"BTCUSDT","standardCommission":{"maker":"0.00100000","taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},
            "specialCommission":{"maker":"0.00000000","taker":"0.00000000","buyer":"0.00000000","seller":"0.00000000"},
            "taxCommission":{"maker":"0.00000000","taker":"0.00000000","buyer":"0.00000000","seller":"0.00000000"},
            "discount":{"enabledForAccount":false,"enabledForSymbol":false,"discountAsset":null,"discount":"0.00000000"}}
            """),
        new(
            "GET", "/api/v3/rateLimit/order", "Orders counted against your limits", None, "",
            """[{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100,"count":1}]"""),
        new(
            "GET", "/api/v3/myTrades", "Your trades", SymbolOnly, "symbol=BTCUSDT",
            """
            [{"symbol":"BTCUSDT","id":7,"orderId":28,"orderListId":-1,"price":"60000.00000000","qty":"0.01000000","quoteQty":"600.00000000",
            "commission":"0.00001000","commissionAsset":"BTC","time":1700000000000,"isBuyer":true,"isMaker":false,"isBestMatch":true}]
            """)
        { Description = "Of a time window, of an order, or from an id on; a window lasts at most 24 hours." },
    ];

    private static OperationDoc[] Wallet =>
    [
        new("GET", "/sapi/v1/system/status", "Whether the exchange is up", None, "", """{"status":0,"msg":"normal"}"""),
        new(
            "GET", "/sapi/v1/asset/tradeFee", "Rates of one symbol or of all", None, "symbol=BTCUSDT",
            """[{"symbol":"BTCUSDT","makerCommission":"0.00100000","takerCommission":"0.00100000"}]"""),
        new("GET", "/sapi/v1/capital/config/getall", "Always empty: there is no wallet", None, "", "[]"),
        new("GET", "/sapi/v1/margin/allPairs", "Always empty: there is no margin", None, "", "[]"),
        new("GET", "/sapi/v1/margin/isolated/allPairs", "Always empty: there is no margin", None, "", "[]"),
    ];

    private static OperationDoc[] Sandbox =>
    [
        new(
            "POST", "/sandbox/accounts", "Opens a funded account", None, "",
            """{"accountId":4,"apiKey":"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A","secretKey":"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"}""")
        {
            Body = """{"balances":{"USDT":"100000","BTC":"1"},"tier":"standard"}""",
            Description = "`tier` is `standard` or `unlimited`; an unlimited account has no order limits and its requests are not weighed.",
        },
        new(
            "POST", "/sandbox/markets", "Creates a market", None, "",
            Symbol)
        {
            Body = """{"name":"DOGEUSDT","baseAsset":"DOGE","quoteAsset":"USDT","tickSize":"0.00001","maxPrice":"1000","lotSize":"1","maxQuantity":"9000000"}""",
            Description = "Filters that are left out are off; an unknown field is refused with the list of the known ones. Answers the symbol as exchangeInfo does.",
        },
    ];
}
