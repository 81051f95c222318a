namespace Exchange.Host.Api.OpenApi;

/// <content>Public market data.</content>
internal static partial class OperationCatalogue
{
    private const string TickerDescription = "With `symbol` an object; with `symbols`, or neither where that is allowed, an array.";

    private static OperationDoc[] MarketData =>
    [
        new(
            "GET", "/api/v3/depth", "The order book", SymbolOnly, "symbol=BTCUSDT&limit=5",
            """{"lastUpdateId":1027,"bids":[["60000.00000000","0.50000000"]],"asks":[["60012.00000000","0.25000000"]]}""")
        { Description = "Best levels first. `limit`: default 100, at most 5000; the weight grows with it (5, 25, 50, 250)." },
        new(
            "GET", "/api/v3/trades", "The newest trades", SymbolOnly, "symbol=BTCUSDT&limit=5",
            """
            [{"id":7,"price":"60000.00000000","qty":"0.01000000","quoteQty":"600.00000000","time":1700000000000,"isBuyerMaker":true,"isBestMatch":true}]
            """)
        { Description = "Oldest first. `limit`: default 500, at most 1000." },
        new(
            "GET", "/api/v3/historicalTrades", "Trades from an id on", SymbolOnly, "symbol=BTCUSDT&limit=5",
            """
            [{"id":7,"price":"60000.00000000","qty":"0.01000000","quoteQty":"600.00000000","time":1700000000000,"isBuyerMaker":true,"isBestMatch":true}]
            """)
        { Description = "Oldest first; without `fromId` the newest. `limit`: default 500, at most 1000." },
        new(
            "GET", "/api/v3/aggTrades", "Trades, those of one taker at one price merged", SymbolOnly, "symbol=BTCUSDT&limit=5",
            """[{"a":5,"p":"60000.00000000","q":"0.01000000","f":7,"l":7,"T":1700000000000,"m":true,"M":true}]""")
        { Description = "a id, p price, q quantity, f and l first and last trade id, T time, m the buyer was the maker. Oldest first." },
        new(
            "GET", "/api/v3/klines", "Candles", ["symbol", "interval"], "symbol=BTCUSDT&interval=1m&limit=5",
            """
            [[1700000000000,"60000.00000000","60024.00000000","59988.00000000","60012.00000000","0.50000000",1700000059999,"30003.00000000",12,"0.25000000","15001.00000000","0"]]
            """)
        { Description = KlineDescription },
        new(
            "GET", "/api/v3/uiKlines", "Candles for a chart", ["symbol", "interval"], "symbol=BTCUSDT&interval=1m&limit=5",
            """
            [[1700000000000,"60000.00000000","60024.00000000","59988.00000000","60012.00000000","0.50000000",1700000059999,"30003.00000000",12,"0.25000000","15001.00000000","0"]]
            """)
        { Description = KlineDescription },
        new(
            "GET", "/api/v3/avgPrice", "The average price of the last minutes", SymbolOnly, "symbol=BTCUSDT",
            """{"mins":5,"price":"60000.00000000","closeTime":1700000000000}"""),
        new(
            "GET", "/api/v3/ticker/24hr", "Statistics of the last 24 hours", None, "symbol=BTCUSDT",
            """
            {"symbol":"BTCUSDT","priceChange":"12.00000000","priceChangePercent":"0.020","weightedAvgPrice":"60006.00000000","prevClosePrice":"60000.00000000",
            "lastPrice":"60012.00000000","lastQty":"0.01000000","bidPrice":"60000.00000000","bidQty":"0.50000000","askPrice":"60012.00000000","askQty":"0.25000000",
            "openPrice":"60000.00000000","highPrice":"60024.00000000","lowPrice":"59988.00000000","volume":"0.50000000","quoteVolume":"30003.00000000",
            "openTime":1700000000000,"closeTime":1700086400000,"firstId":1,"lastId":12,"count":12}
            """)
        { Description = TickerDescription },
        new(
            "GET", "/api/v3/ticker/tradingDay", "Statistics of the day", None, "symbol=BTCUSDT", WindowTicker) { Description = TickerDescription },
        new(
            "GET", "/api/v3/ticker", "Statistics of a window", None, "symbol=BTCUSDT&windowSize=1h", WindowTicker) { Description = TickerDescription },
        new(
            "GET", "/api/v3/ticker/price", "The last price", None, "symbol=BTCUSDT", """{"symbol":"BTCUSDT","price":"60000.00000000"}""")
        { Description = TickerDescription },
        new(
            "GET", "/api/v3/ticker/bookTicker", "The best bid and ask", None, "symbol=BTCUSDT",
            """{"symbol":"BTCUSDT","bidPrice":"60000.00000000","bidQty":"0.50000000","askPrice":"60012.00000000","askQty":"0.25000000"}""")
        { Description = TickerDescription },
    ];

    private const string KlineDescription =
        "Arrays of: open time, open, high, low, close, volume, close time, quote volume, number of trades, volume and quote volume bought by takers, "
        + "unused. Oldest first. `limit`: default 500, at most 1000.";

    private const string WindowTicker =
        """
        {"symbol":"BTCUSDT","priceChange":"12.00000000","priceChangePercent":"0.020","weightedAvgPrice":"60006.00000000","openPrice":"60000.00000000",
        "highPrice":"60024.00000000","lowPrice":"59988.00000000","lastPrice":"60012.00000000","volume":"0.50000000","quoteVolume":"30003.00000000",
        "openTime":1700000000000,"closeTime":1700003600000,"firstId":1,"lastId":12,"count":12}
        """;
}
