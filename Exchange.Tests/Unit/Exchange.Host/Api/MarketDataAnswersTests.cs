using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>
/// Exact answers about what was traded: now is 2023-11-14 22:13:20 UTC (1700000000000); tick 0.01, lot 0.00001.
/// <code>
/// id  agg  time                   price   quantity  taker
/// 1   1    2023-11-13 22:12:59    95.00   1         buys       a minute and 21 s more than a day ago
/// 2   2    2023-11-14 21:59:30    100.00  2         buys
/// 3   3    2023-11-14 22:10:10    101.00  0.5       sells      one taker, two makers at one price
/// 4   3    2023-11-14 22:10:10    101.00  0.25      sells
/// 5   4    2023-11-14 22:10:10    99.00   1         sells      and a worse price
/// 6   5    2023-11-14 22:13:01    102.00  4         buys
/// </code>
/// In the book: 98.00 x 3, 103.00 x 2.
/// </summary>
public sealed class MarketDataAnswersTests
{
    private const long Now = ManualJournalTime.StartUs / 1_000;
    private const long T1 = Now - 86_421_000;
    private const long T2 = Now - 830_000;
    private const long T3 = Now - 190_000;
    private const long T6 = Now - 19_000;

    private ApiHarness _api = null!;
    private TradingRecords _records = null!;
    private long _orderId;

    [SetUp]
    public void Start()
    {
        _api = new ApiHarness();
        _records = new TradingRecords();
        _orderId = 0;
        Trade(T1, Side.Buy, (9_500, 100_000, 1));
        Trade(T2, Side.Buy, (10_000, 200_000, 2));
        Trade(T3, Side.Sell, (10_100, 50_000, 3), (10_100, 25_000, 3), (9_900, 100_000, 4));
        Trade(T6, Side.Buy, (10_200, 400_000, 5));
        Rest(Side.Buy, 9_800, 300_000);
        Rest(Side.Sell, 10_300, 200_000);
    }

    [TearDown]
    public void Stop() => _api.Dispose();

    [TestCase("", "1 2 3 4 5 6")]
    [TestCase("&limit=2", "5 6")]
    [TestCase("&fromId=5", "5 6")]
    [TestCase("&fromId=2&limit=3", "2 3 4")]
    [TestCase("&fromId=0&limit=1", "1")]
    [TestCase("&fromId=7", "")]
    [TestCase("&fromId=9223372036854775807", "")]
    public async Task Historical_trades_go_on_from_an_id(string query, string ids) =>
        Assert.That(await IdsAsync("historicalTrades?symbol=BTCUSDT" + query, "id"), Is.EqualTo(ids));

    [Test]
    public async Task Aggregate_trades_join_one_takers_trades_at_one_price() =>
        await ExpectAsync("aggTrades?symbol=BTCUSDT&fromId=3&limit=2", $$"""
            [{"a":3,"p":"101.00000000","q":"0.75000000","f":3,"l":4,"T":{{T3}},"m":true,"M":true},
            {"a":4,"p":"99.00000000","q":"1.00000000","f":5,"l":5,"T":{{T3}},"m":true,"M":true}]
            """);

    private static object[][] AggregateRanges() =>
    [
        ["", "1 2 3 4 5"],
        ["&limit=2", "4 5"],
        ["&fromId=0&limit=2", "1 2"],
        ["&fromId=6", ""],
        [$"&startTime={T2}&limit=2", "2 3"],
        [$"&startTime={T2 + 1}&limit=2", "3 4"],
        [$"&endTime={T3}&limit=2", "3 4"],
        [$"&endTime={T3 - 1}", "1 2"],
        [$"&startTime={T3}&endTime={T3}", "3 4"],
        [$"&startTime={T3}000&endTime={T3}000", "3 4"],
        [$"&startTime={T3}001&endTime={T6}000", "5"],
        [$"&startTime={T6}&endTime={T1}", ""],
        [$"&startTime=0&endTime={T1}", "1"],
        ["&endTime=0", ""],
        ["&endTime=9223372036854775807&limit=1", "5"],
    ];

    [TestCaseSource(nameof(AggregateRanges))]
    public async Task Aggregate_trades_are_chosen_by_id_or_time(string query, string ids) =>
        Assert.That(await IdsAsync("aggTrades?symbol=BTCUSDT" + query, "a"), Is.EqualTo(ids));

    [Test]
    public async Task Klines_are_flat_where_nothing_was_traded()
    {
        var m10 = Now / 60_000 * 60_000 - 3 * 60_000;
        string Flat(long open, string price) => $"""[{open},"{price}","{price}","{price}","{price}","0.00000000",{open + 59_999},"0.00000000",0,"0.00000000","0.00000000","0"]""";

        await ExpectAsync("klines?symbol=BTCUSDT&interval=1m&limit=5", $$"""
            [{{Flat(m10 - 60_000, "100.00000000")}},
            [{{m10}},"101.00000000","101.00000000","99.00000000","99.00000000","1.75000000",{{m10 + 59_999}},"174.75000000",3,"0.00000000","0.00000000","0"],
            {{Flat(m10 + 60_000, "99.00000000")}},{{Flat(m10 + 120_000, "99.00000000")}},
            [{{m10 + 180_000}},"102.00000000","102.00000000","102.00000000","102.00000000","4.00000000",{{m10 + 239_999}},"408.00000000",1,"4.00000000","408.00000000","0"]]
            """);
        await ExpectAsync($"klines?symbol=BTCUSDT&interval=1m&startTime={m10 - 59_999}&limit=1", $$"""
            [[{{m10}},"101.00000000","101.00000000","99.00000000","99.00000000","1.75000000",{{m10 + 59_999}},"174.75000000",3,"0.00000000","0.00000000","0"]]
            """);
    }

    /// <summary>Open times of the rows, and their trades.</summary>
    [TestCase("interval=1d", "2023-11-13 00:00 1, 2023-11-14 00:00 5")]
    [TestCase("interval=1d&timeZone=8", "2023-11-13 16:00 1, 2023-11-14 16:00 5")]
    [TestCase("interval=1d&timeZone=-1:00", "2023-11-13 01:00 1, 2023-11-14 01:00 5")]
    [TestCase("interval=1d&timeZone=05:45", "2023-11-13 18:15 1, 2023-11-14 18:15 5")]
    [TestCase("interval=1d&timeZone=%2B1:50", "2023-11-13 22:10 2, 2023-11-14 22:10 4")]
    [TestCase("interval=1w", "2023-11-13 00:00 6")]
    [TestCase("interval=1M", "2023-11-01 00:00 6")]
    [TestCase("interval=1M&timeZone=-12", "2023-11-01 12:00 6")]
    [TestCase("interval=3d", "2023-11-13 00:00 6")]
    [TestCase("interval=12h", "2023-11-13 12:00 1, 2023-11-14 00:00 0, 2023-11-14 12:00 5")]
    [TestCase("interval=15m&startTime=1699998300000", "2023-11-14 21:45 1, 2023-11-14 22:00 4")]
    [TestCase("interval=15m&endTime=1699998300000&limit=2", "2023-11-14 21:30 0, 2023-11-14 21:45 1")]
    [TestCase("interval=15m&startTime=1699998300000&endTime=1699999199999", "2023-11-14 21:45 1")]
    [TestCase("interval=15m&startTime=1700000000001", "")]
    [TestCase("interval=1s&limit=1", "2023-11-14 22:13 0")]
    [TestCase("interval=1s&startTime=0&limit=1", "2023-11-13 22:12 1")]
    public async Task Klines_begin_by_interval_and_time_zone(string query, string rows)
    {
        foreach (var endpoint in (string[])["klines", "uiKlines"])
        {
            var answer = await _api.SendAsync("GET", $"/api/v3/{endpoint}?symbol=BTCUSDT&{query}");

            using var json = System.Text.Json.JsonDocument.Parse(answer.Body);
            var shown = json.RootElement.EnumerateArray().Select(row => string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddMilliseconds(row[0].GetInt64()):yyyy-MM-dd HH:mm} {row[8].GetInt32()}"));
            Assert.That(string.Join(", ", shown), Is.EqualTo(rows), endpoint);
        }
    }

    [Test]
    public async Task Times_are_microseconds_on_demand()
    {
        var answer = await _api.SendAsync("GET", "/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=1", null, ("X-MBX-TIME-UNIT", "MICROSECOND"));

        Assert.That(answer.Body, Does.StartWith("[[1699920000000000,").And.Contain(",1700006399999999,"));
    }

    /// <summary>The window of 5 minutes holds the trades 3 to 6: (0.75 x 101 + 99 + 4 x 102) / 5.75.</summary>
    [Test]
    public async Task The_average_price_is_of_the_filters_minutes() =>
        await ExpectAsync("avgPrice?symbol=BTCUSDT", $$"""{"mins":5,"price":"101.34782609","closeTime":{{T6}}}""");

    [Test]
    public async Task The_average_price_of_an_idle_market_is_the_last()
    {
        _api.Time.NowUs += 3_600_000_000;
        await ExpectAsync("avgPrice?symbol=BTCUSDT", $$"""{"mins":5,"price":"102.00000000","closeTime":{{T6}}}""");
    }

    [Test]
    public async Task A_days_ticker_counts_from_its_open_time_on()
    {
        var openTime = (Now - 86_400_000) / 60_000 * 60_000;
        var full = $$"""
            {"symbol":"BTCUSDT","priceChange":"2.00000000","priceChangePercent":"2.000","weightedAvgPrice":"101.00000000","prevClosePrice":"95.00000000",
            "lastPrice":"102.00000000","lastQty":"4.00000000","bidPrice":"98.00000000","bidQty":"3.00000000","askPrice":"103.00000000","askQty":"2.00000000",
            "openPrice":"100.00000000","highPrice":"102.00000000","lowPrice":"99.00000000","volume":"7.75000000","quoteVolume":"782.75000000",
            "openTime":{{openTime}},"closeTime":{{Now}},"firstId":2,"lastId":6,"count":5}
            """;
        await ExpectAsync("ticker/24hr?symbol=BTCUSDT", full);
        await ExpectAsync("ticker/24hr?symbol=BTCUSDT&type=FULL", full);
        await ExpectAsync("ticker/24hr?symbols=[\"BTCUSDT\"]", "[" + full + "]");
        await ExpectAsync("ticker/24hr", "[" + full + "]");
        await ExpectAsync("ticker/24hr?symbolStatus=HALT", "[]");
        await ExpectAsync("ticker/24hr?symbol=BTCUSDT&type=MINI", $$"""
            {"symbol":"BTCUSDT","openPrice":"100.00000000","highPrice":"102.00000000","lowPrice":"99.00000000","lastPrice":"102.00000000",
            "volume":"7.75000000","quoteVolume":"782.75000000","openTime":{{openTime}},"closeTime":{{Now}},"firstId":2,"lastId":6,"count":5}
            """);
    }

    [Test]
    public async Task The_trade_at_the_first_moment_of_the_window_counts_and_the_one_before_does_not()
    {
        _api.Time.NowUs = (T1 + 86_400_000) * 1_000;
        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI")).Body, Does.Contain("\"count\":6"));
        _api.Time.NowUs = (T1 / 60_000 + 1) * 60_000_000 + 86_400_000_000 - 1;
        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI")).Body, Does.Contain("\"count\":6"));
        _api.Time.NowUs++;
        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI")).Body, Does.Contain("\"count\":5"));
    }

    [TestCase("ticker/tradingDay?symbol=BTCUSDT", "100.00000000 2 6 5", 1699920000000, 1700006399999)]
    [TestCase("ticker/tradingDay?symbol=BTCUSDT&timeZone=8", "100.00000000 2 6 5", 1699977600000, 1700063999999)]
    [TestCase("ticker/tradingDay?symbol=BTCUSDT&timeZone=1:50", "101.00000000 3 6 4", 1699999800000, 1700086199999)]
    [TestCase("ticker?symbol=BTCUSDT", "100.00000000 2 6 5", 1699913580000, Now)]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=7d", "95.00000000 1 6 6", 1699395180000, Now)]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=1h", "100.00000000 2 6 5", 1699996380000, Now)]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=3m", "101.00000000 3 6 4", 1699999800000, Now)]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=1m", "102.00000000 6 6 1", 1699999920000, Now)]
    public async Task Windows_are_chosen_by_size_and_days_by_time_zone(string target, string openFirstLastCount, long openTime, long closeTime)
    {
        using var json = System.Text.Json.JsonDocument.Parse((await _api.SendAsync("GET", "/api/v3/" + target)).Body);
        var ticker = json.RootElement;

        Assert.That(
            $"{ticker.GetProperty("openPrice").GetString()} {ticker.GetProperty("firstId")} {ticker.GetProperty("lastId")} {ticker.GetProperty("count")}",
            Is.EqualTo(openFirstLastCount));
        Assert.That((ticker.GetProperty("openTime").GetInt64(), ticker.GetProperty("closeTime").GetInt64()), Is.EqualTo((openTime, closeTime)));
        Assert.That(
            ticker.EnumerateObject().Select(property => property.Name),
            Is.EqualTo((string[])[
                "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume",
                "quoteVolume", "openTime", "closeTime", "firstId", "lastId", "count"]));
    }

    [Test]
    public async Task Best_prices_are_those_of_the_book()
    {
        const string Best = """{"symbol":"BTCUSDT","bidPrice":"98.00000000","bidQty":"3.00000000","askPrice":"103.00000000","askQty":"2.00000000"}""";
        await ExpectAsync("ticker/bookTicker?symbol=BTCUSDT", Best);
        await ExpectAsync("ticker/bookTicker", "[" + Best + "]");
        await ExpectAsync("ticker/bookTicker?symbols=[\"BTCUSDT\"]", "[" + Best + "]");
    }

    [Test]
    public async Task A_market_that_never_traded_has_zeros_and_empty_lists()
    {
        PublishedSymbols.Add(_api.Symbols, PublishedSymbols.Spec("ETHUSDT", "ETH", "USDT"));
        var openTime = (Now - 86_400_000) / 60_000 * 60_000;
        await ExpectAsync("historicalTrades?symbol=ETHUSDT", "[]");
        await ExpectAsync("aggTrades?symbol=ETHUSDT", "[]");
        await ExpectAsync("klines?symbol=ETHUSDT&interval=1m", "[]");
        await ExpectAsync("avgPrice?symbol=ETHUSDT", """{"mins":5,"price":"0.00000000","closeTime":0}""");
        await ExpectAsync(
            "ticker/bookTicker?symbol=ETHUSDT",
            """{"symbol":"ETHUSDT","bidPrice":"0.00000000","bidQty":"0.00000000","askPrice":"0.00000000","askQty":"0.00000000"}""");
        await ExpectAsync("ticker/24hr?symbol=ETHUSDT", $$"""
            {"symbol":"ETHUSDT","priceChange":"0.00000000","priceChangePercent":"0.000","weightedAvgPrice":"0.00000000","prevClosePrice":"0.00000000",
            "lastPrice":"0.00000000","lastQty":"0.00000000","bidPrice":"0.00000000","bidQty":"0.00000000","askPrice":"0.00000000","askQty":"0.00000000",
            "openPrice":"0.00000000","highPrice":"0.00000000","lowPrice":"0.00000000","volume":"0.00000000","quoteVolume":"0.00000000",
            "openTime":{{openTime}},"closeTime":{{Now}},"firstId":-1,"lastId":-1,"count":0}
            """);
    }

    [TestCase(10_000, 404, "-95.960")]
    [TestCase(10_000, 10_001, "0.010")]
    [TestCase(30_000, 30_001, "0.003")]
    [TestCase(30_000, 29_999, "-0.003")]
    [TestCase(100_000, 99_999, "-0.001")]
    [TestCase(1_000_000, 1_000_001, "0.000")]
    [TestCase(1_000_000, 999_999, "0.000")]
    [TestCase(1, 3, "200.000")]
    public async Task The_change_has_three_decimals_of_a_percent(long open, long close, string percent)
    {
        var eth = PublishedSymbols.Add(_api.Symbols, PublishedSymbols.Spec("ETHUSDT", "ETH", "USDT"));
        Trade(Now - 2, Side.Buy, eth.Id, (open, 1, 1));
        Trade(Now - 1, Side.Buy, eth.Id, (close, 1, 2));

        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/24hr?symbol=ETHUSDT")).Body, Does.Contain($"\"priceChangePercent\":\"{percent}\""));
    }

    [TestCase("historicalTrades?symbol=BTCUSDT", 25)]
    [TestCase("aggTrades?symbol=BTCUSDT", 4)]
    [TestCase("klines?symbol=BTCUSDT&interval=1m", 2)]
    [TestCase("uiKlines?symbol=BTCUSDT&interval=1m", 2)]
    [TestCase("avgPrice?symbol=BTCUSDT", 2)]
    [TestCase("ticker/bookTicker?symbol=BTCUSDT", 2)]
    [TestCase("ticker/bookTicker", 4)]
    [TestCase("ticker/24hr?symbol=BTCUSDT", 2)]
    [TestCase("ticker/24hr", 80)]
    [TestCase("ticker/24hr?symbols=[\"BTCUSDT\"]", 2)]
    [TestCase("ticker/24hr?symbols=*20", 2)]
    [TestCase("ticker/24hr?symbols=*21", 40)]
    [TestCase("ticker/24hr?symbols=*100", 40)]
    [TestCase("ticker/24hr?symbols=*101", 80)]
    [TestCase("ticker?symbol=BTCUSDT", 4)]
    [TestCase("ticker?symbols=*3", 12)]
    [TestCase("ticker?symbols=*100", 200)]
    [TestCase("ticker/tradingDay?symbol=BTCUSDT", 4)]
    [TestCase("ticker/tradingDay?symbols=*51", 200)]
    public async Task Requests_weigh_by_what_they_ask_for(string target, int weight)
    {
        var star = target.IndexOf('*', StringComparison.Ordinal);
        var list = star < 0 ? target
            : target[..star] + "[" + string.Join(',', Enumerable.Range(0, int.Parse(target[(star + 1)..], System.Globalization.CultureInfo.InvariantCulture)).Select(i => $"\"S{i}\"")) + "]";

        var answer = await _api.SendAsync("GET", "/api/v3/" + list);

        Assert.That(answer.Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo($"{weight}"), answer.Body);
    }

    [TestCase("historicalTrades", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")]
    [TestCase("historicalTrades?symbol=BTCUSDT&fromId=x", -1100, "Illegal characters found in parameter 'fromId'; legal range is '^[0-9]{1,20}$'.")]
    [TestCase("aggTrades?symbol=BTCUSDT&fromId=1&startTime=1", -1128, "Combination of optional parameters invalid.")]
    [TestCase("aggTrades?symbol=BTCUSDT&fromId=1&endTime=1", -1128, "Combination of optional parameters invalid.")]
    [TestCase("aggTrades?symbol=BTCUSDT&limit=0", -1130, "Data sent for parameter 'limit' is not valid.")]
    [TestCase("aggTrades?symbol=BTCUSDT&startTime=-1", -1100, "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.")]
    [TestCase("aggTrades?symbol=BTCUSDT&startTime=99999999999999999999", -1108, "Parameter 'startTime' overflowed.")]
    [TestCase("klines?symbol=BTCUSDT", -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed.")]
    [TestCase("klines?symbol=BTCUSDT&interval=2m", -1120, "Invalid interval.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1D", -1120, "Invalid interval.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1m&timeZone=15", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1m&timeZone=-12:01", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1m&timeZone=5:60", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1m&timeZone=5:5", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1m&timeZone=5:", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [TestCase("klines?symbol=BTCUSDT&interval=1m&timeZone=UTC", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [TestCase("klines?symbol=NONE&interval=1m", -1121, "Invalid symbol.")]
    [TestCase("avgPrice", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")]
    [TestCase("ticker/24hr?symbol=BTCUSDT&type=SMALL", -1139, "Invalid ticker type.")]
    [TestCase("ticker/24hr?symbol=BTCUSDT&symbols=[\"BTCUSDT\"]", -1128, "Combination of optional parameters invalid.")]
    [TestCase("ticker/24hr?symbol=BTCUSDT&symbolStatus=BREAK", -1220, "The symbol's status does not match the requested symbolStatus.")]
    [TestCase("ticker/24hr?symbols=BTCUSDT", -1135, "JSON sent for parameter 'symbols' is not valid")]
    [TestCase("ticker", -1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!")]
    [TestCase("ticker/tradingDay", -1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!")]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=60m", -1130, "Data sent for parameter 'windowSize' is not valid.")]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=24h", -1130, "Data sent for parameter 'windowSize' is not valid.")]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=8d", -1130, "Data sent for parameter 'windowSize' is not valid.")]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=0m", -1130, "Data sent for parameter 'windowSize' is not valid.")]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=d", -1130, "Data sent for parameter 'windowSize' is not valid.")]
    [TestCase("ticker?symbol=BTCUSDT&windowSize=1M", -1130, "Data sent for parameter 'windowSize' is not valid.")]
    [TestCase("ticker/bookTicker?symbol=BTCUSDT&type=FULL", -1104, "Not all sent parameters were read; read '1' parameter(s) but was sent '2'.")]
    public async Task Reads_that_cannot_be_answered_are_told_apart(string target, int code, string text)
    {
        var answer = await _api.SendAsync("GET", "/api/v3/" + target);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
    }

    private async Task ExpectAsync(string target, string body) =>
        Assert.That((await _api.SendAsync("GET", "/api/v3/" + target)).Body, Is.EqualTo(ApiHarness.Joined(body)));

    private async Task<string> IdsAsync(string target, string name)
    {
        using var json = System.Text.Json.JsonDocument.Parse((await _api.SendAsync("GET", "/api/v3/" + target)).Body);
        return string.Join(' ', json.RootElement.EnumerateArray().Select(item => item.GetProperty(name).GetInt64()));
    }

    private void Trade(long timeMs, Side taker, params (long Price, long Quantity, long AggregateTradeId)[] fills) => Trade(timeMs, taker, _api.Btc.Id, fills);

    /// <summary>Lets makers rest and one taker trade with them.</summary>
    private void Trade(long timeMs, Side taker, int symbolId, params (long Price, long Quantity, long AggregateTradeId)[] fills)
    {
        _records.TimeUs = timeMs * 1_000 - fills.Length - 1;
        var makers = fills.Select(fill => Rest(taker.Opposite(), fill.Price, fill.Quantity, symbolId)).ToList();
        _records.TimeUs = timeMs * 1_000 - 1;
        var record = _records.Place(2, taker, fills[^1].Price, fills.Sum(fill => fill.Quantity), symbol: symbolId).Accepted(++_orderId);
        foreach (var (fill, maker) in fills.Zip(makers))
        {
            record = record.Trade(taker, 1, maker, fill.Price, fill.Quantity, makerFilled: true, aggregateTradeId: fill.AggregateTradeId);
        }

        record.Filled(_orderId).BookUpdated().ApplyTo(_api.MarketData.Published);
    }

    private long Rest(Side side, long price, long quantity, int symbolId = 0)
    {
        _records.Place(1, side, price, quantity, symbol: symbolId).Accepted(++_orderId, restsWhole: true).BookUpdated().ApplyTo(_api.MarketData.Published);
        return _orderId;
    }
}
