using Exchange.Host.Api;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>Who may pass: key, signature over the raw bytes, time window; and in which order they are looked at.</summary>
public sealed class AuthenticationTests
{
    private const string Path = "/api/v3/account";
    private const long NowMs = ManualJournalTime.StartUs / 1_000;
    private const string NoKey = """{"code":-2014,"msg":"API-key format invalid."}""";
    private const string UnknownKey = """{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}""";
    private const string BadSignature = """{"code":-1022,"msg":"Signature for this request is not valid."}""";
    private const string TooOld = """{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}""";
    private const string TooEarly = """{"code":-1021,"msg":"Timestamp for this request was 1000ms ahead of the server's time."}""";

    private ApiHarness _api = null!;

    [SetUp]
    public void Start() => _api = new ApiHarness();

    [TearDown]
    public void Stop() => _api.Dispose();

    [TestCase(null)]
    [TestCase("")]
    [TestCase("has space")]
    [TestCase("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_key_that_is_no_key_is_the_first_thing_refused(string? key)
    {
        (string, string)[] headers = key is null ? [] : [("X-MBX-APIKEY", key)];
        var answer = await _api.SendAsync("GET", Path, null, headers);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((401, NoKey)));
    }

    [TestCase("signature=00", """{"code":-1102,"msg":"Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."}""")]
    [TestCase("timestamp=1", """{"code":-1102,"msg":"Mandatory parameter 'signature' was not sent, was empty/null, or malformed."}""")]
    [TestCase("timestamp=&signature=00", """{"code":-1105,"msg":"Parameter 'timestamp' was empty."}""")]
    [TestCase("timestamp=1&signature=", """{"code":-1105,"msg":"Parameter 'signature' was empty."}""")]
    [TestCase("timestamp=x&signature=00", """{"code":-1100,"msg":"Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'."}""")]
    [TestCase("timestamp=1&timestamp=1&signature=00", """{"code":-1101,"msg":"Duplicate values for a parameter detected."}""")]
    public async Task What_a_signed_request_needs_is_missed_before_the_key_is_looked_up(string query, string body)
    {
        var answer = await _api.SendAsync("GET", $"{Path}?{query}", null, ("X-MBX-APIKEY", "unknown"));

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, body)));
    }

    [Test]
    public async Task An_unknown_key_is_refused_before_its_window_and_signature()
    {
        var answer = await _api.SendAsync("GET", $"{Path}?timestamp=1&recvWindow=70000&signature=00", null, ("X-MBX-APIKEY", "unknown"));

        Assert.That((answer.Status, answer.Body), Is.EqualTo((401, UnknownKey)));
    }

    [TestCase("70000", """{"code":-1131,"msg":"'recvWindow' must be less than 60000."}""")]
    [TestCase("60000.001", """{"code":-1131,"msg":"'recvWindow' must be less than 60000."}""")]
    [TestCase("99999999999999999999", """{"code":-1131,"msg":"'recvWindow' must be less than 60000."}""")]
    [TestCase("-1", """{"code":-1100,"msg":"Illegal characters found in parameter 'recvWindow'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,3})?$'."}""")]
    [TestCase("1.0001", """{"code":-1100,"msg":"Illegal characters found in parameter 'recvWindow'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,3})?$'."}""")]
    public async Task A_window_out_of_range_is_refused_before_the_signature(string window, string body)
    {
        var answer = await _api.SendAsync("GET", $"{Path}?timestamp=1&recvWindow={window}&signature=00", null, ("X-MBX-APIKEY", ApiHarness.ApiKey));

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, body)));
    }

    [Test]
    public async Task A_wrong_signature_is_refused_before_the_time()
    {
        var answer = await _api.SendAsync("GET", $"{Path}?timestamp=1&signature={new string('0', 64)}", null, ("X-MBX-APIKEY", ApiHarness.ApiKey));

        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, BadSignature)));
    }

    [TestCase(-5_000L, "", null)]
    [TestCase(-5_001L, "", TooOld)]
    [TestCase(-60_000L, "&recvWindow=60000", null)]
    [TestCase(-1L, "&recvWindow=0.999", TooOld)]
    [TestCase(-1L, "&recvWindow=1.000", null)]
    [TestCase(0L, "&recvWindow=0", null)]
    [TestCase(999L, "", null)]
    [TestCase(1_000L, "", TooEarly)]
    public async Task The_window_is_exact_at_both_edges(long offsetMs, string window, string? body)
    {
        var answer = await SignedQueryAsync($"timestamp={NowMs + offsetMs}{window}");

        Assert.That(answer.Status, Is.EqualTo(body is null ? 200 : 400));
        Assert.That(body ?? answer.Body, Is.EqualTo(answer.Body));
    }

    [TestCase(0L, 200)]
    [TestCase(-5_000_000L, 200)]
    [TestCase(-5_000_001L, 400)]
    [TestCase(999_999L, 200)]
    [TestCase(1_000_000L, 400)]
    public async Task A_timestamp_in_microseconds_is_known_by_its_magnitude(long offsetUs, int status)
    {
        var answer = await SignedQueryAsync($"timestamp={ManualJournalTime.StartUs + offsetUs}");

        Assert.That(answer.Status, Is.EqualTo(status));
    }

    [TestCase("GET", "/api/v3/openOrders", "symbol=BTCUSDT&timestamp={0}&signature={1}", "", "symbol=BTCUSDT&timestamp={0}")]
    [TestCase("GET", "/api/v3/openOrders", "timestamp={0}&symbol=%42TCUSDT&signature={1}", "", "timestamp={0}&symbol=%42TCUSDT")]
    [TestCase("GET", "/api/v3/openOrders", "signature={1}&symbol=BTCUSDT&timestamp={0}", "", "symbol=BTCUSDT&timestamp={0}")]
    [TestCase("POST", "/api/v3/order/test", "", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&timestamp={0}&signature={1}", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&timestamp={0}")]
    [TestCase("POST", "/api/v3/order/test", "symbol=BTCUSDT&side=BUY&type=MARKET", "quantity=1&timestamp={0}&signature={1}", "symbol=BTCUSDT&side=BUY&type=MARKETquantity=1&timestamp={0}")]
    [TestCase("POST", "/api/v3/order/test", "symbol=BTCUSDT&side=BUY&type=MARKET&timestamp={0}&signature={1}", "quantity=1", "symbol=BTCUSDT&side=BUY&type=MARKET&timestamp={0}quantity=1")]
    public async Task The_signature_covers_query_and_body_as_they_were_sent(string method, string path, string query, string body, string signed)
    {
        var signature = ApiHarness.Sign(string.Format(null, signed, NowMs, ""));
        var sentQuery = string.Format(null, query, NowMs, signature);
        var sentBody = string.Format(null, body, NowMs, signature);
        var key = ("X-MBX-APIKEY", ApiHarness.ApiKey);

        var accepted = await _api.SendAsync(method, $"{path}?{sentQuery}", sentBody, key, ("Content-Type", "application/json"));
        var forged = await _api.SendAsync(
            method,
            path + "?" + sentQuery.Replace("BTCUSDT", "BTCUSDX", StringComparison.Ordinal).Replace("%42TC", "%42TD", StringComparison.Ordinal),
            sentBody.Replace("BTCUSDT", "BTCUSDX", StringComparison.Ordinal),
            key);

        Assert.That(accepted.Status, Is.EqualTo(200), accepted.Body);
        Assert.That(forged.Body, Is.EqualTo(BadSignature));
    }

    [Test]
    public async Task A_body_that_is_empty_is_fine_whatever_its_type()
    {
        var answer = await _api.SignedAsync("GET", Path, "", ("Content-Type", "application/json"));

        Assert.That(answer.Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_public_endpoint_ignores_whatever_key_it_is_sent()
    {
        foreach (var key in (string[])["", "no key at all", ApiHarness.ApiKey])
        {
            Assert.That((await _api.SendAsync("GET", "/api/v3/ping", null, ("X-MBX-APIKEY", key))).Body, Is.EqualTo("{}"));
        }
    }

    [Test]
    public async Task Every_signed_row_refuses_a_request_without_a_key()
    {
        foreach (var row in EndpointTable.Rows.Where(row => row.Security != Exchange.Host.Api.Security.None))
        {
            Assert.That((await _api.SendAsync(row.Method, row.Path)).Body, Is.EqualTo(NoKey), $"{row.Method} {row.Path}");
        }
    }

    private Task<ApiAnswer> SignedQueryAsync(string query) =>
        _api.SendAsync("GET", $"{Path}?{query}&signature={ApiHarness.Sign(query)}", null, ("X-MBX-APIKEY", ApiHarness.ApiKey));
}
