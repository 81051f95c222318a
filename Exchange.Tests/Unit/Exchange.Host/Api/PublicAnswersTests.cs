using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>Exact answers of the endpoints that need no key, and of the account.</summary>
public sealed class PublicAnswersTests
{
    private const string BtcObject =
        """
        {"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","baseAssetPrecision":8,"quoteAsset":"USDT","quotePrecision":8,"quoteAssetPrecision":8,
        "baseCommissionPrecision":8,"quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],
        "icebergAllowed":false,"ocoAllowed":false,"otoAllowed":false,"opoAllowed":false,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":false,
        "cancelReplaceAllowed":false,"amendAllowed":true,"pegInstructionsAllowed":false,"isSpotTradingAllowed":true,"isMarginTradingAllowed":false,
        "filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"},
        {"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000","stepSize":"0.00001000"},
        {"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000","applyMaxToMarket":false,"avgPriceMins":5},
        {"filterType":"MAX_NUM_ORDERS","maxNumOrders":200}],"permissions":[],"permissionSets":[["SPOT"]],
        "defaultSelfTradePreventionMode":"NONE","allowedSelfTradePreventionModes":["NONE"]}
        """;

    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [Test]
    public async Task Ping_and_time()
    {
        Assert.That((await _api.SendAsync("GET", "/api/v3/ping")).Body, Is.EqualTo("{}"));
        Assert.That((await _api.SendAsync("GET", "/api/v3/time")).Body, Is.EqualTo("""{"serverTime":1700000000000}"""));
        Assert.That(
            (await _api.SendAsync("GET", "/api/v3/time", null, ("X-MBX-TIME-UNIT", "MICROSECOND"))).Body,
            Is.EqualTo("""{"serverTime":1700000000000000}"""));
    }

    [Test]
    public async Task Another_time_unit_is_refused()
    {
        var answer = await _api.SendAsync("GET", "/api/v3/time", null, ("X-MBX-TIME-UNIT", "SECOND"));

        Assert.That(
            (answer.Status, answer.Body),
            Is.EqualTo((400, """{"code":-1194,"msg":"Invalid value for time unit; expected either MICROSECOND or MILLISECOND."}""")));
    }

    [Test]
    public async Task Exchange_info_shows_limits_and_the_whole_symbol()
    {
        var answer = await _api.SendAsync("GET", "/api/v3/exchangeInfo");

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            """
            {"timezone":"UTC","serverTime":1700000000000,"rateLimits":[
            {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},
            {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100},
            {"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000},
            {"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":300000}],"exchangeFilters":[],"symbols":[
            """ + BtcObject + "]}")));
        Assert.That(answer.Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("20"));
    }

    [TestCase("symbol=BTCUSDT", "BTCUSDT")]
    [TestCase("symbols=[\"ETHUSDT\",\"BTCUSDT\"]", "ETHUSDT,BTCUSDT")]
    [TestCase("symbols=%5B%22ETHUSDT%22%5D", "ETHUSDT")]
    [TestCase("symbols=[]", "")]
    [TestCase("", "BTCUSDT,ETHUSDT")]
    [TestCase("permissions=SPOT", "BTCUSDT,ETHUSDT")]
    [TestCase("permissions=[\"SPOT\",\"MARGIN\"]", "BTCUSDT,ETHUSDT")]
    [TestCase("permissions=MARGIN", "")]
    [TestCase("symbolStatus=TRADING", "BTCUSDT")]
    [TestCase("symbolStatus=HALT", "")]
    public async Task Exchange_info_lists_what_was_asked_for(string query, string names)
    {
        PublishedSymbols.Quarantine(_api.Symbols, PublishedSymbols.Add(_api.Symbols, PublishedSymbols.Spec("ETHUSDT", "ETH", "USDT")));

        var answer = await _api.SendAsync("GET", "/api/v3/exchangeInfo?" + query);

        using var json = System.Text.Json.JsonDocument.Parse(answer.Body);
        Assert.That(string.Join(',', json.RootElement.GetProperty("symbols").EnumerateArray().Select(symbol => symbol.GetProperty("symbol").GetString())), Is.EqualTo(names));
    }

    [Test]
    public async Task A_cancel_only_symbol_and_hidden_permission_sets_are_shown_as_such()
    {
        PublishedSymbols.Quarantine(_api.Symbols, _api.Btc);

        var answer = await _api.SendAsync("GET", "/api/v3/exchangeInfo?symbol=BTCUSDT&showPermissionSets=false");

        Assert.That(answer.Body, Does.Contain("\"status\":\"CANCEL_ONLY\"").And.Contain("\"permissionSets\":[],"));
    }

    [TestCase("exchangeInfo?symbol=BTCUSDT&symbols=[\"BTCUSDT\"]", -1128, "Combination of optional parameters invalid.")]
    [TestCase("exchangeInfo?symbol=BTCUSDT&symbolStatus=TRADING", -1128, "Combination of optional parameters invalid.")]
    [TestCase("exchangeInfo?symbols=[\"BTCUSDT\"", -1135, "JSON sent for parameter 'symbols' is not valid")]
    [TestCase("exchangeInfo?symbols=BTCUSDT", -1135, "JSON sent for parameter 'symbols' is not valid")]
    [TestCase("exchangeInfo?symbols=[1]", -1135, "JSON sent for parameter 'symbols' is not valid")]
    [TestCase("exchangeInfo?symbols=[\"BTCUSDT\"]x", -1135, "JSON sent for parameter 'symbols' is not valid")]
    [TestCase("exchangeInfo?symbols=[\"\\ud800\"]", -1135, "JSON sent for parameter 'symbols' is not valid")]
    [TestCase("exchangeInfo?symbols=[\"BTCUSDT\",\"BTCUSDT\"]", -1151, "Symbol is present multiple times in the list.")]
    [TestCase("exchangeInfo?symbols=[\"NONE\"]", -1121, "Invalid symbol.")]
    [TestCase("exchangeInfo?symbols=[\"none\"]", -1100, "Illegal characters found in parameter 'symbols'; legal range is '^[A-Z0-9-_.]{1,20}$'.")]
    [TestCase("exchangeInfo?symbolStatus=OPEN", -1122, "Invalid symbolStatus.")]
    [TestCase("exchangeInfo?showPermissionSets=perhaps", -1130, "Data sent for parameter 'showPermissionSets' is not valid.")]
    [TestCase("exchangeInfo?symbol=A%00B", -1100, "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.")]
    [TestCase("depth", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")]
    [TestCase("depth?symbol=BTCUSDT&limit=0", -1130, "Data sent for parameter 'limit' is not valid.")]
    [TestCase("depth?symbol=BTCUSDT&limit=-5", -1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.")]
    [TestCase("depth?symbol=BTCUSDT&symbolStatus=HALT", -1220, "The symbol's status does not match the requested symbolStatus.")]
    [TestCase("ticker/price?symbol=BTCUSDT&symbols=[\"BTCUSDT\"]", -1128, "Combination of optional parameters invalid.")]
    [TestCase("ticker/price?symbol=BTCUSDT&symbolStatus=BREAK", -1220, "The symbol's status does not match the requested symbolStatus.")]
    [TestCase("ping?a=1", -1104, "Not all sent parameters were read; read '0' parameter(s) but was sent '1'.")]
    [TestCase("trades?symbol=BTCUSDT&x=1&symbol=BTCUSDT", -1101, "Duplicate values for a parameter detected.")]
    public async Task Reads_that_cannot_be_answered_are_told_apart(string target, int code, string text)
    {
        var answer = await _api.SendAsync("GET", "/api/v3/" + target);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
    }

    [Test]
    public async Task A_list_of_more_than_a_hundred_symbols_is_refused()
    {
        var answer = await _api.SendAsync("GET", "/api/v3/ticker/price?symbols=[" + string.Join(',', Enumerable.Repeat("\"A\"", 101)) + "]");

        Assert.That(answer.Body, Is.EqualTo("""{"code":-1101,"msg":"Too many values sent for parameter 'symbols', maximum allowed up to 100."}"""));
    }

    [TestCase("", 100, 5)]
    [TestCase("&limit=1", 1, 5)]
    [TestCase("&limit=100", 100, 5)]
    [TestCase("&limit=101", 101, 25)]
    [TestCase("&limit=500", 500, 25)]
    [TestCase("&limit=1000", 1000, 50)]
    [TestCase("&limit=5000", 5000, 250)]
    [TestCase("&limit=9999999", 5000, 250)]
    public async Task Depth_weighs_by_its_limit_which_is_capped(string limit, int asked, int weight)
    {
        var answer = await _api.SendAsync("GET", "/api/v3/depth?symbol=BTCUSDT" + limit);

        Assert.That((_api.MarketData.AskedLimit, answer.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo((asked, weight.ToString(null as IFormatProvider))));
    }

    [Test]
    public async Task Depth_trades_and_last_price()
    {
        _api.MarketData.UpdateId = 42;
        _api.MarketData.Bids.AddRange([new(9_999, 100_000), new(9_998, 1)]);
        _api.MarketData.Asks.Add(new(10_001, long.MaxValue));
        _api.MarketData.Trades.Add(new(5, 3, 10_000, 150_000, ManualJournalTime.StartUs, IsBuyerMaker: true));
        _api.MarketData.Last = 10_000;

        Assert.That(
            (await _api.SendAsync("GET", "/api/v3/depth?symbol=BTCUSDT")).Body,
            Is.EqualTo("""{"lastUpdateId":42,"bids":[["99.99000000","1.00000000"],["99.98000000","0.00001000"]],"asks":[["100.01000000","92233720368547.75807000"]]}"""));
        Assert.That(
            (await _api.SendAsync("GET", "/api/v3/trades?symbol=BTCUSDT")).Body,
            Is.EqualTo("""[{"id":5,"price":"100.00000000","qty":"1.50000000","quoteQty":"150.00000000","time":1700000000000,"isBuyerMaker":true,"isBestMatch":true}]"""));
        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/price?symbol=BTCUSDT")).Body, Is.EqualTo("""{"symbol":"BTCUSDT","price":"100.00000000"}"""));
        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/price")).Body, Is.EqualTo("""[{"symbol":"BTCUSDT","price":"100.00000000"}]"""));
        Assert.That(
            (await _api.SendAsync("GET", "/api/v3/ticker/price?symbols=[\"BTCUSDT\"]")).Body,
            Is.EqualTo("""[{"symbol":"BTCUSDT","price":"100.00000000"}]"""));
    }

    [Test]
    public async Task Nothing_traded_is_empty_lists_and_a_zero_price()
    {
        Assert.That((await _api.SendAsync("GET", "/api/v3/depth?symbol=BTCUSDT")).Body, Is.EqualTo("""{"lastUpdateId":0,"bids":[],"asks":[]}"""));
        Assert.That((await _api.SendAsync("GET", "/api/v3/trades?symbol=BTCUSDT")).Body, Is.EqualTo("[]"));
        Assert.That((await _api.SendAsync("GET", "/api/v3/ticker/price?symbol=BTCUSDT")).Body, Is.EqualTo("""{"symbol":"BTCUSDT","price":"0.00000000"}"""));
    }

    [TestCase("", """{"asset":"BTC","free":"1.50000000","locked":"0.00000001"},{"asset":"USDT","free":"0.00000000","locked":"0.00000000"}""")]
    [TestCase("omitZeroBalances=true", """{"asset":"BTC","free":"1.50000000","locked":"0.00000001"}""")]
    public async Task The_account_shows_rates_rights_and_balances(string query, string balances)
    {
        _api.Accounts.UpdatedUs = ManualJournalTime.StartUs - 1_000;
        _api.Accounts.Balances.Add(new(_api.Btc.BaseAsset, 150_000_000, 1));
        _api.Accounts.Balances.Add(new(_api.Btc.QuoteAsset, 0, 0));

        var answer = await _api.SignedAsync("GET", "/api/v3/account", query);

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            $$"""
            {"makerCommission":10,"takerCommission":10,"buyerCommission":0,"sellerCommission":0,
            "commissionRates":{"maker":"0.00100000","taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},
            "canTrade":true,"canWithdraw":false,"canDeposit":false,"brokered":false,"requireSelfTradePrevention":false,"preventSor":false,
            "updateTime":1699999999999,"accountType":"SPOT","balances":[{{balances}}],"permissions":["SPOT"],"uid":7}
            """)));
        Assert.That(answer.Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("20"));
    }
}
