using Exchange.Host.Api;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>Weights, their windows, 429 and bans; and what else can stop a request on its way.</summary>
public sealed class WeightTests
{
    private const string Ping = "/api/v3/ping";
    private const string Order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100";
    private const long SecondUs = 1_000_000;

    [Test]
    public async Task Weight_over_the_limit_waits_for_the_next_minute()
    {
        using var api = new ApiHarness(new ApiOptions { WeightLimitPerMinute = 3 });
        for (var used = 1; used <= 3; used++)
        {
            var answer = await api.SendAsync("GET", Ping);
            Assert.That((answer.Status, answer.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo((200, $"{used}")));
        }

        var over = await api.SendAsync("GET", Ping);
        Assert.That((over.Status, over.Header("Retry-After"), over.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo((429, "40", "3")));
        Assert.That(over.Body, Is.EqualTo(
            """{"code":-1003,"msg":"Too much request weight used; current limit is 3 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."}"""));

        api.Time.NowUs += (40 * SecondUs) - 1;
        Assert.That((await api.SendAsync("GET", Ping)).Header("Retry-After"), Is.EqualTo("1"));
        api.Time.NowUs += 1;
        Assert.That((await api.SendAsync("GET", Ping)).Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Carrying_on_is_banned_and_the_next_ban_is_twice_as_long()
    {
        using var api = new ApiHarness(new ApiOptions { WeightLimitPerMinute = 1, RejectionsBeforeBan = 2 });

        Assert.That(await StatusesAsync(api, 5), Is.EqualTo((int[])[200, 429, 429, 418, 418]));
        var banned = await api.SendAsync("GET", Ping);
        var untilMs = (ManualJournalTime.StartUs / 1_000) + 120_000;
        Assert.That((banned.Status, banned.Header("Retry-After")), Is.EqualTo((418, "120")));
        Assert.That(banned.Body, Is.EqualTo(
            $$"""{"code":-1003,"msg":"Way too much request weight used; IP banned until {{untilMs}}. Please use WebSocket Streams for live updates to avoid bans."}"""));

        api.Time.NowUs += (120 * SecondUs) - 1;
        Assert.That((await api.SendAsync("GET", Ping)).Status, Is.EqualTo(418));
        api.Time.NowUs += 1;
        Assert.That(await StatusesAsync(api, 4), Is.EqualTo((int[])[200, 429, 429, 418]));
        Assert.That((await api.SendAsync("GET", Ping)).Header("Retry-After"), Is.EqualTo("240"));
    }

    [Test]
    public async Task A_ban_is_forgiven_after_three_quiet_days()
    {
        using var api = new ApiHarness(new ApiOptions { WeightLimitPerMinute = 1, RejectionsBeforeBan = 1 });
        await StatusesAsync(api, 3);
        api.Time.NowUs += (120 + (3 * 86_400) + 1) * SecondUs;

        await StatusesAsync(api, 3);

        Assert.That((await api.SendAsync("GET", Ping)).Header("Retry-After"), Is.EqualTo("120"));
    }

    [Test]
    public async Task Raw_requests_are_counted_in_windows_of_five_minutes()
    {
        using var api = new ApiHarness(new ApiOptions { RawRequestLimitPer5Minutes = 2 });
        await StatusesAsync(api, 2);

        var over = await api.SendAsync("GET", Ping);
        Assert.That((over.Status, over.Header("Retry-After")), Is.EqualTo((429, "100")));
        Assert.That(over.Body, Is.EqualTo(
            """{"code":-1003,"msg":"Too many requests; current limit is 2 requests per 5 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."}"""));

        api.Time.NowUs += 100 * SecondUs;
        Assert.That((await api.SendAsync("GET", Ping)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Addresses_do_not_share_a_weight_but_one_ipv6_network_does()
    {
        using var api = new ApiHarness();

        Assert.That(await UsedAsync("10.0.0.1"), Is.EqualTo("1"));
        Assert.That(await UsedAsync("::ffff:10.0.0.1"), Is.EqualTo("2"));
        Assert.That(await UsedAsync("10.0.0.2"), Is.EqualTo("1"));
        Assert.That(await UsedAsync("2001:db8::1"), Is.EqualTo("1"));
        Assert.That(await UsedAsync("2001:db8::2"), Is.EqualTo("2"));
        Assert.That(await UsedAsync("2001:db8:0:1::1"), Is.EqualTo("1"));

        async Task<string> UsedAsync(string address) => (await api.SendAsync("GET", Ping, null, ("X-Test-Address", address))).Header("X-MBX-USED-WEIGHT-1M");
    }

    [Test]
    public async Task An_order_costs_nothing_when_it_succeeds_and_its_weight_when_it_fails()
    {
        using var api = new ApiHarness();
        var reject = RejectReason.None;
        api.Orders.OnPlace = _ => new(new PlaceResult(Admission.Executed, reject, 1, ManualJournalTime.StartUs, default, []));

        Assert.That((await api.SignedAsync("POST", "/api/v3/order", Order)).Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("0"));
        reject = RejectReason.InsufficientBalance;
        Assert.That((await api.SignedAsync("POST", "/api/v3/order", Order)).Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("1"));
        Assert.That((await api.SignedAsync("POST", "/api/v3/order", "a=1")).Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("2"));
        Assert.That((await api.SendAsync("POST", "/api/v3/order")).Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("3"));
    }

    [Test]
    public async Task An_unlimited_account_of_a_sandbox_is_never_weighed_once_it_has_signed()
    {
        using var api = new ApiHarness(new ApiOptions { WeightLimitPerMinute = 20 });
        api.Risk.Counts = new(0, 0, 0, 0);
        for (var i = 0; i < 5; i++)
        {
            var answer = await api.SignedAsync("GET", "/api/v3/account", "");
            Assert.That((answer.Status, answer.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo((200, "0")));
        }

        var unproved = await api.SendAsync("GET", "/api/v3/account?timestamp=1&signature=00", null, ("X-MBX-APIKEY", ApiHarness.ApiKey));
        Assert.That((unproved.Status, unproved.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo((400, "20")));
    }

    [Test]
    public async Task A_venue_weighs_an_account_without_order_limits_like_any_other()
    {
        using var api = new ApiHarness(mode: ExchangeMode.Venue);
        api.Risk.Counts = new(0, 0, 0, 0);

        Assert.That((await api.SignedAsync("GET", "/api/v3/account", "")).Header("X-MBX-USED-WEIGHT-1M"), Is.EqualTo("20"));
    }

    [Test]
    public async Task Errors_carry_the_used_weight_too()
    {
        using var api = new ApiHarness();

        var answer = await api.SendAsync("GET", "/api/v3/trades?symbol=NONE");

        Assert.That((answer.Status, answer.Header("X-MBX-USED-WEIGHT"), answer.Header("X-MBX-USED-WEIGHT-1M")), Is.EqualTo((400, "25", "25")));
    }

    [Test]
    public async Task Nothing_is_answered_while_the_exchange_recovers()
    {
        using var api = new ApiHarness();
        api.Status.IsReady = false;
        foreach (var row in EndpointTable.Rows)
        {
            var answer = await api.SendAsync(row.Method, row.Path);
            Assert.That((answer.Status, answer.Header("Retry-After")), Is.EqualTo((503, "1")), row.Path);
            Assert.That(answer.Body, Does.StartWith("""{"code":-1008,"""));
        }
    }

    [Test]
    public async Task An_engine_that_does_not_answer_in_time_leaves_the_outcome_unknown()
    {
        using var api = new ApiHarness(new ApiOptions { BackendTimeoutMs = 1 });
        api.Orders.OnPlace = _ => new(new TaskCompletionSource<PlaceResult>().Task);

        var answer = await api.SignedAsync("POST", "/api/v3/order", Order);

        Assert.That((answer.Status, answer.Body), Is.EqualTo(
            (504, """{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}""")));
    }

    [Test]
    public async Task An_exchange_that_stops_leaves_the_outcome_unknown()
    {
        using var api = new ApiHarness();
        api.Orders.OnPlace = _ => ValueTask.FromException<PlaceResult>(new Exchange.Matching.Ports.ExchangeStoppedException());

        var answer = await api.SignedAsync("POST", "/api/v3/order", Order);

        Assert.That((answer.Status, answer.Body), Is.EqualTo(
            (503, """{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}""")));
    }

    [Test]
    public async Task An_unforeseen_exception_shows_a_correlation_id_and_nothing_else()
    {
        using var api = new ApiHarness();
        api.Orders.OnPlace = _ => throw new InvalidOperationException("internal detail");

        var answer = await api.SignedAsync("POST", "/api/v3/order", Order);

        Assert.That((answer.Status, answer.Body), Is.EqualTo((500, """{"code":-1000,"msg":"An unknown error occurred while processing the request."}""")));
        Assert.That(answer.Header("X-Exchange-Correlation-Id"), Is.Not.Empty);
    }

    [Test]
    public async Task A_body_over_64_kilobytes_is_refused()
    {
        using var api = new ApiHarness();

        var fits = await api.SendAsync("POST", "/api/v3/order", "a=" + new string('x', ApiOptions.MaxBodyBytes - 2), ("X-MBX-APIKEY", "key"));
        var over = await api.SendAsync("POST", "/api/v3/order", "a=" + new string('x', ApiOptions.MaxBodyBytes - 1), ("X-MBX-APIKEY", "key"));

        Assert.That(fits.Body, Does.StartWith("""{"code":-1102,"""));
        Assert.That((over.Status, over.Body), Is.EqualTo((413, """{"code":-1130,"msg":"Data sent for parameter 'body' is not valid."}""")));
    }

    [TestCase(0)]
    [TestCase(60_001)]
    public void Options_out_of_range_are_refused_with_their_name(int timeoutMs)
    {
        var result = new ApiOptionsValidator().Validate(null, new ApiOptions { BackendTimeoutMs = timeoutMs });

        Assert.That(result.Failures, Is.EqualTo((string[])[$"Exchange:Api:BackendTimeoutMs is {timeoutMs}; it must lie in 1..60000"]));
    }

    private static async Task<List<int>> StatusesAsync(ApiHarness api, int count)
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
        {
            statuses.Add((await api.SendAsync("GET", Ping)).Status);
        }

        return statuses;
    }
}
