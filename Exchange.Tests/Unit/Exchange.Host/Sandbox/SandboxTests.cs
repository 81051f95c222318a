using System.Text;
using System.Text.Json;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Sandbox;

public sealed class SandboxTests
{
    private const string Accounts = "/sandbox/accounts";
    private const string Markets = "/sandbox/markets";
    private const string Eth =
        """{"name":"ETHUSDT","baseAsset":"ETH","quoteAsset":"USDT","tickSize":"0.01","maxPrice":"100000","lotSize":"0.001","maxQuantity":"1000","minNotional":"1","takerFeePpm":750}""";

    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [TestCase("""{"balances":{"USDT":"100000","BTC":"0.5"}}""", 100, 200_000)]
    [TestCase("""{"balances":{"USDT":"100000","BTC":"0.5"},"tier":"standard"}""", 100, 200_000)]
    [TestCase("""{"tier":"unlimited","balances":{"USDT":"100000","BTC":"0.5"}}""", 0, 0)]
    public async Task An_account_is_opened_with_a_key_that_then_signs(string body, int per10Seconds, int perDay)
    {
        OpenAccountCommand? command = null;
        _api.Gateway.OnOpen = opened =>
        {
            command = opened;
            return (RejectReason.None, 12);
        };

        var answer = await _api.SendAsync("POST", Accounts, body, ("Content-Type", "text/plain"));

        using var json = JsonDocument.Parse(answer.Body);
        var apiKey = json.RootElement.GetProperty("apiKey").GetString()!;
        var secret = json.RootElement.GetProperty("secretKey").GetString()!;
        Assert.That(json.RootElement.EnumerateObject().Select(property => property.Name), Is.EqualTo((string[])["accountId", "apiKey", "secretKey"]));
        Assert.That(json.RootElement.GetProperty("accountId").GetInt32(), Is.EqualTo(12));
        Assert.That((string[])[apiKey, secret], Has.All.Matches<string>(text => text!.Length == 64 && text.All(char.IsAsciiLetterOrDigit)));
        Assert.That(apiKey, Is.Not.EqualTo(secret));
        Assert.That((command!.OrderLimitPer10Seconds, command.OrderLimitPerDay), Is.EqualTo((per10Seconds, perDay)));
        Assert.That(command.Deposits, Is.EquivalentTo((AssetAmount[])[new(_api.Btc.QuoteAsset.Id, 10_000_000_000_000), new(_api.Btc.BaseAsset.Id, 50_000_000)]));
        Assert.That(Encoding.ASCII.GetString(command.ApiKey), Is.EqualTo(apiKey));
        Assert.That(_api.Secrets.Unprotect(apiKey, command.SecretCiphertext), Is.EqualTo(Encoding.ASCII.GetBytes(secret)));
    }

    [TestCase("", -1135, "Invalid JSON Request")]
    [TestCase("[]", -1135, "Invalid JSON Request")]
    [TestCase("{\"tier\":\"\\ud800\"}", -1135, "Invalid JSON Request")]
    [TestCase("{\"tier\":\"standard\",\"tier\":\"unlimited\"}", -1135, "Invalid JSON Request")]
    [TestCase("{\"tier\":\"gold\"}", -1130, "Field 'tier' must be \\\"standard\\\" or \\\"unlimited\\\".")]
    [TestCase("{\"tier\":5}", -1130, "Field 'tier' must be a string.")]
    [TestCase("{\"balance\":{}}", -1130, "Unknown field 'balance'; known are: balances, tier.")]
    [TestCase("{\"balances\":{\"DOGE\":\"1\"}}", -1130, "Asset 'DOGE' does not exist; create a market that uses it first.")]
    [TestCase("{\"balances\":{\"USDT\":1}}", -1130, "Field 'USDT' must be a decimal string, for example \\\"0.01\\\".")]
    [TestCase("{\"balances\":{\"USDT\":\"-1\"}}", -1100, "Illegal characters found in parameter 'USDT'; legal range is '^([0-9]{1,20})(\\\\.[0-9]{1,20})?$'.")]
    [TestCase("{\"balances\":{\"USDT\":\"0.000000001\"}}", -1111, "Parameter 'USDT' has too much precision.")]
    [TestCase("{\"balances\":{\"USDT\":\"99999999999999999999\"}}", -1108, "Parameter 'USDT' overflowed.")]
    public async Task An_account_that_cannot_be_meant_is_refused(string body, int code, string text)
    {
        var answer = await _api.SendAsync("POST", Accounts, body);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":{{code}},"msg":"{{text}}"}""")));
    }

    [Test]
    public async Task A_refused_or_unadmitted_account_is_told()
    {
        _api.Gateway.OnOpen = _ => (RejectReason.BalanceOverflow, 0);
        var refused = await _api.SendAsync("POST", Accounts, "{}");
        _api.Gateway.IsFull = true;
        var overloaded = await _api.SendAsync("POST", Accounts, "{}");

        Assert.That((refused.Status, refused.Body), Is.EqualTo((400, """{"code":-1130,"msg":"The deposit would lift the asset's total beyond 2^62 units; deposit less."}""")));
        Assert.That((overloaded.Status, overloaded.Header("Retry-After")), Is.EqualTo((503, "1")));
    }

    [Test]
    public async Task A_market_is_created_from_decimal_strings_and_shown_as_exchange_info_shows_it()
    {
        var reply = new FakeReply(RejectReason.None);
        SymbolSpec? spec = null;
        _api.Gateway.OnPayload = (type, payload) =>
        {
            Assert.That(type, Is.EqualTo(CommandType.AddSymbol));
            spec = AddSymbolCommand.Read(payload);
            PublishedSymbols.Add(_api.Symbols, spec!);
            return new(reply);
        };

        var answer = await _api.SendAsync("POST", Markets, Eth);
        var info = await _api.SendAsync("GET", "/api/v3/exchangeInfo?symbol=ETHUSDT");

        Assert.That(spec, Is.EqualTo(new SymbolSpec
        {
            Name = "ETHUSDT",
            BaseAsset = "ETH",
            QuoteAsset = "USDT",
            TickSize = 1_000_000,
            MinPrice = 1_000_000,
            MaxPrice = 100_000 * FixedPoint.One,
            LotSize = 100_000,
            MinQuantity = 100_000,
            MaxQuantity = 1_000 * FixedPoint.One,
            MinNotional = FixedPoint.One,
            TakerFeePpm = 750,
        }));
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(info.Body, Does.Contain("\"symbols\":[" + answer.Body + "]"));
        Assert.That(reply.IsDisposed, Is.True);
    }

    [Test]
    public async Task Without_a_greatest_notional_price_and_quantity_bound_it()
    {
        _api.Gateway.OnPayload = (_, payload) =>
        {
            PublishedSymbols.Add(_api.Symbols, AddSymbolCommand.Read(payload)!);
            return new(new FakeReply(RejectReason.None));
        };

        var answer = await _api.SendAsync("POST", Markets, Eth);

        Assert.That(answer.Body, Does.Contain("\"minNotional\":\"1.00000000\",\"applyMinToMarket\":true,\"maxNotional\":\"100000000.00000000\""));
    }

    [Test]
    public async Task A_market_takes_every_filter_and_shows_it()
    {
        _api.Gateway.OnPayload = (_, payload) =>
        {
            PublishedSymbols.Add(_api.Symbols, AddSymbolCommand.Read(payload)!);
            return new(new FakeReply(RejectReason.None));
        };

        var answer = await _api.SendAsync("POST", Markets, ApiHarness.Joined(
            """
            {"name":"ETHUSDT","baseAsset":"ETH","quoteAsset":"USDT","tickSize":"0.01","minPrice":"0.02","maxPrice":"100000","lotSize":"0.001",
            "minQuantity":"0.002","maxQuantity":"1000","marketMinQuantity":"0.003","marketMaxQuantity":"20","marketLotSize":"0.004",
            "bidMultiplierUp":"5","bidMultiplierDown":"0.2","askMultiplierUp":"4","askMultiplierDown":"0.25","minNotional":"1","maxNotional":"9000",
            "applyMinToMarket":false,"applyMaxToMarket":true,"minNotionalFilter":"2","applyMinNotionalFilterToMarket":false,"avgPriceMins":3,"maxNumOrders":7}
            """));

        using var json = JsonDocument.Parse(answer.Body);
        Assert.That(json.RootElement.GetProperty("filters").GetRawText(), Is.EqualTo(ApiHarness.Joined(
            """
            [{"filterType":"PRICE_FILTER","minPrice":"0.02000000","maxPrice":"100000.00000000","tickSize":"0.01000000"},
            {"filterType":"LOT_SIZE","minQty":"0.00200000","maxQty":"1000.00000000","stepSize":"0.00100000"},
            {"filterType":"MARKET_LOT_SIZE","minQty":"0.00300000","maxQty":"20.00000000","stepSize":"0.00400000"},
            {"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"5.00000000","bidMultiplierDown":"0.20000000","askMultiplierUp":"4.00000000","askMultiplierDown":"0.25000000","avgPriceMins":3},
            {"filterType":"NOTIONAL","minNotional":"1.00000000","applyMinToMarket":false,"maxNotional":"9000.00000000","applyMaxToMarket":true,"avgPriceMins":3},
            {"filterType":"MIN_NOTIONAL","minNotional":"2.00000000","applyToMarket":false,"avgPriceMins":3},
            {"filterType":"MAX_NUM_ORDERS","maxNumOrders":7}]
            """)));
    }

    [TestCase("lotSize", "0.0000001", "ETHUSDT: tickSize x lotSize must be a whole multiple of the quote asset's unit (1e-8); choose a larger lot or tick")]
    [TestCase("name", "ethusdt", "symbol 'ethusdt': use 1 to 20 characters of A-Z, 0-9, '-', '_', '.'")]
    [TestCase("maxPrice", "100000.001", "ETHUSDT: minPrice and maxPrice must be whole ticks, minPrice at least one tick, maxPrice not below minPrice")]
    [TestCase("marketMinQuantity", "1", "ETHUSDT: marketMaxQuantity is missing; without it there is no MARKET_LOT_SIZE, and marketMinQuantity and marketLotSize must be 0")]
    [TestCase("tickSize", "0", "ETHUSDT: tickSize and lotSize must be at least 0.00000001")]
    public async Task A_market_that_breaks_a_rule_is_told_which(string field, string value, string text)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, object>>(Eth)!;
        fields[field] = value;

        var answer = await _api.SendAsync("POST", Markets, JsonSerializer.Serialize(fields));

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":-1130,"msg":"{{text}}"}""")));
    }

    [TestCase("""{"name":"X"}""", "Field 'tickSize' is missing.")]
    [TestCase("""{"tickSize":"1","lotSize":"1","maxNumOrders":"5","maxPrice":"1","maxQuantity":"1","name":"A","baseAsset":"B","quoteAsset":"C"}""", "Field 'maxNumOrders' must be an integer.")]
    [TestCase("""{"tickSize":"1","lotSize":"1","applyMinToMarket":1,"maxPrice":"1","maxQuantity":"1","name":"A","baseAsset":"B","quoteAsset":"C"}""", "Field 'applyMinToMarket' must be true or false.")]
    public async Task A_market_with_a_wrong_field_is_told_which(string body, string text)
    {
        var answer = await _api.SendAsync("POST", Markets, body);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, $$"""{"code":-1130,"msg":"{{text}}"}""")));
    }

    [Test]
    public async Task A_misspelt_field_does_not_take_its_default_silently()
    {
        var answer = await _api.SendAsync("POST", Markets, Eth.Replace("minNotional", "minimumNotional", StringComparison.Ordinal));

        Assert.That(answer.Body, Does.Contain("Unknown field 'minimumNotional'; known are: tickSize, lotSize, name, "));
    }

    [Test]
    public async Task A_market_that_exists_or_finds_no_room_is_told()
    {
        _api.Gateway.OnPayload = (_, _) => new(new FakeReply(RejectReason.DuplicateSymbol));
        var duplicate = await _api.SendAsync("POST", Markets, Eth);
        _api.Gateway.IsFull = true;
        var full = await _api.SendAsync("POST", Markets, Eth);

        Assert.That(duplicate.Body, Is.EqualTo("""{"code":-1130,"msg":"The symbol exists already; choose another name."}"""));
        Assert.That((full.Status, full.Header("Retry-After")), Is.EqualTo((503, "1")));
    }

    [TestCase(Accounts)]
    [TestCase(Markets)]
    public async Task A_venue_has_no_sandbox(string path)
    {
        using var venue = new ApiHarness(mode: ExchangeMode.Venue);

        var answer = await venue.SendAsync("POST", path, "{}");

        Assert.That((answer.Status, answer.Body), Is.EqualTo((404, "{}")));
    }
}
