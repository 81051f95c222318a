using Exchange.Host.Api;
using Exchange.Risk;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>Exact answers about fees, order counts and the wallet that is not there.</summary>
public sealed class AccountAnswersTests
{
    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [Test]
    public async Task Commission_shows_the_rates_of_the_symbol()
    {
        var answer = await _api.SignedAsync("GET", "/api/v3/account/commission", "symbol=BTCUSDT");

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            """
            {"symbol":"BTCUSDT",
            "standardCommission":{"maker":"0.00100000","taker":"0.00100000","buyer":"0.00000000","seller":"0.00000000"},
            "specialCommission":{"maker":"0.00000000","taker":"0.00000000","buyer":"0.00000000","seller":"0.00000000"},
            "taxCommission":{"maker":"0.00000000","taker":"0.00000000","buyer":"0.00000000","seller":"0.00000000"},
            "discount":{"enabledForAccount":false,"enabledForSymbol":false,"discountAsset":null,"discount":"0.00000000"}}
            """)));
    }

    [TestCase("", -1102)]
    [TestCase("symbol=NOPE", -1121)]
    [TestCase("symbol=BTCUSDT&side=BUY", -1104)]
    public async Task Commission_refuses(string query, int code)
    {
        var answer = await _api.SignedAsync("GET", "/api/v3/account/commission", query);

        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Body, Does.StartWith($"{{\"code\":{code},"));
    }

    [Test]
    public async Task Order_counts_are_those_of_the_windows_that_run_now()
    {
        var answer = await _api.SignedAsync("GET", "/api/v3/rateLimit/order", "");

        Assert.That(answer.Body, Is.EqualTo(ApiHarness.Joined(
            """
            [{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100,"count":3},
            {"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000,"count":17}]
            """)));
    }

    [Test]
    public async Task Windows_without_a_limit_are_left_out()
    {
        _api.Risk.Counts = new OrderCounts(3, 17, 0, 0);

        Assert.That((await _api.SignedAsync("GET", "/api/v3/rateLimit/order", "")).Body, Is.EqualTo("[]"));
    }

    [TestCase("")]
    [TestCase("symbol=BTCUSDT")]
    public async Task Trade_fees_are_a_list_whatever_is_asked(string query)
    {
        var answer = await _api.SignedAsync("GET", "/sapi/v1/asset/tradeFee", query);

        Assert.That(answer.Body, Is.EqualTo("""[{"symbol":"BTCUSDT","makerCommission":"0.00100000","takerCommission":"0.00100000"}]"""));
    }

    [Test]
    public async Task Wallet_is_empty_and_the_system_normal()
    {
        Assert.That((await _api.SendAsync("GET", "/sapi/v1/system/status")).Body, Is.EqualTo("""{"status":0,"msg":"normal"}"""));
        Assert.That((await _api.SignedAsync("GET", "/sapi/v1/capital/config/getall", "")).Body, Is.EqualTo("[]"));
        Assert.That((await _api.SendAsync("GET", "/sapi/v1/margin/allPairs")).Body, Is.EqualTo("[]"));
        Assert.That((await _api.SignedAsync("GET", "/sapi/v1/margin/isolated/allPairs", "")).Body, Is.EqualTo("[]"), "a signature is no unknown name");
    }

    [TestCase("/api/v3/account/commission")]
    [TestCase("/api/v3/rateLimit/order")]
    [TestCase("/sapi/v1/asset/tradeFee")]
    [TestCase("/sapi/v1/capital/config/getall")]
    public async Task Nobody_reads_them_without_a_key(string path)
    {
        var answer = await _api.SendAsync("GET", path + "?symbol=BTCUSDT");

        Assert.That((answer.Status, answer.Body), Is.EqualTo((401, """{"code":-2014,"msg":"API-key format invalid."}""")));
    }

    [TestCase("/api/v3/account/commission", 20)]
    [TestCase("/api/v3/rateLimit/order", 40)]
    public void They_weigh_what_the_contract_says(string path, int weight) =>
        Assert.That(EndpointTable.Rows.Single(row => row.Path == path).Weight(null!), Is.EqualTo(weight));
}
