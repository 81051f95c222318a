using System.Text.Json;
using Exchange.Benchmarks.Http;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>A venue run by its operators, over the control listener of the real process.</summary>
public sealed class VenueTests
{
    [Test]
    public async Task The_first_day_of_a_venue_in_the_README_works_as_written()
    {
        var commands = Shell.ReadmeCommands("## As a venue");
        var start = Array.FindIndex(commands, line => line.EndsWith("dotnet run -c Release --project Exchange.Host", StringComparison.Ordinal));
        Assert.That(start, Is.Positive);
        var folder = Directory.CreateTempSubdirectory("exchange-readme-");
        await using var host = new HostProcess();
        var control = HostProcess.NewUrl();
        string Here(IEnumerable<string> lines) => string.Join('\n', lines)
            .Replace("http://127.0.0.1:8080", host.Url).Replace("http://127.0.0.1:8081", control)
            .Replace("dotnet run -c Release --no-build --project Exchange.Host --", $"{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"} exec {HostProcess.HostDll}");
        try
        {
            var settings = await Shell.RunAsync(
                $"{Here(commands[..start])}\nenv | sed -n 's/^\\(Exchange__[^=]*\\)=\\(.*\\)/[\"\\1\",\"\\2\"]/p'", folder.FullName);
            foreach (var setting in settings)
            {
                var value = setting[1].GetString()!;
                host.Settings[setting[0].GetString()!] = value.StartsWith("data/", StringComparison.Ordinal) ? Path.Combine(folder.FullName, value) : value;
            }

            Assert.That(host.Settings, Has.Count.EqualTo(5), "mode, data, secrets, control listener, token");
            await host.StartAsync();

            var answers = await Shell.RunAsync($"export EXCHANGE_ADMIN_URL={control}\n{Here(commands[(start + 1)..])}", folder.FullName);

            Assert.That(host.Output, Does.Not.Contain("first operator is"), "no token is printed where one was given");
            Assert.That(answers, Has.Length.EqualTo(14));
            Assert.That(answers[5].GetProperty("status").GetString(), Is.EqualTo("NEW"));
            Assert.That(answers[6].GetProperty("status").GetString(), Is.EqualTo("FILLED"));
            Assert.That(answers[8].GetProperty("msg").GetString(), Is.EqualTo("Market is closed."));
            Assert.That(answers[9].GetProperty("canceledOrders").GetInt32(), Is.EqualTo(1));
            Assert.That(
                answers[12].EnumerateArray().SelectMany(account => account.GetProperty("balances").EnumerateArray())
                    .Select(balance => $"{balance.GetProperty("asset")} {balance.GetProperty("free")} {balance.GetProperty("held")}"),
                Is.EqualTo(new[]
                {
                    "BTC 1.80000000 0.00000000", "USDT 11988.00000000 0.00000000",
                    "BTC 0.09980000 0.00000000", "USDT 38000.00000000 0.00000000",
                }));
            Assert.That(answers[13].EnumerateArray().Select(entry => entry.GetProperty("reason").GetString()).Take(2), Is.EqualTo(new[] { "request 5", "news is out" }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task The_first_operators_token_is_printed_once_and_kept_nowhere()
    {
        await using var venue = new Venue(withToken: false);
        await venue.Host.StartAsync();
        await venue.Host.WaitForOutputAsync("Administer with");
        var lines = venue.Host.Output.Split('\n');
        venue.Token = lines[Array.FindIndex(lines, line => line.Contains("first operator is 'root'", StringComparison.Ordinal)) + 1].Trim();

        var (status, operators) = await venue.GetAsync("show-operators");
        Assert.That((status, operators[0].GetProperty("name").GetString(), operators[0].GetProperty("role").GetString()), Is.EqualTo((200, "root", "administrator")));

        await venue.Host.KillAsync();
        foreach (var file in Directory.GetFiles(venue.Host.DataDirectory, "*", SearchOption.AllDirectories))
        {
            var content = await File.ReadAllBytesAsync(file);
            Assert.That(content.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(venue.Token)), Is.Negative, file);
        }

        await venue.Host.StartAsync();
        await venue.Host.WaitForOutputAsync("Running with");
        Assert.That(venue.Host.Output, Does.Not.Contain("first operator"));
        Assert.That((await venue.GetAsync("show-operators")).Status, Is.EqualTo(200), "it still is the token");
    }

    [Test]
    public async Task Who_has_lost_every_token_gets_in_through_the_machine()
    {
        await using var venue = new Venue();
        await venue.Host.StartAsync();
        await venue.DoAsync("create-operator", "\"name\":\"second\",\"role\":\"administrator\"");
        await venue.DoAsync("disable-operator", "\"name\":\"root\"");
        Assert.That((await venue.GetAsync("show-status")).Status, Is.EqualTo(401));
        venue.Host.Terminate();
        await venue.Host.WaitForExitAsync();

        var lost = venue.Token;
        venue.UseTokenFile(venue.Token = new string('n', 40));
        await venue.Host.StartAsync();

        Assert.That((await venue.GetAsync("show-status")).Status, Is.EqualTo(200));
        venue.Token = lost;
        Assert.That((await venue.GetAsync("show-status")).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task Administration_is_on_the_control_listener_alone_and_for_operators_alone()
    {
        await using var venue = new Venue();
        await venue.Host.StartAsync();
        var token = venue.Token;

        Assert.That((await venue.SendAsync(HttpMethod.Get, venue.Host.Url, "show-status", null)).Status, Is.EqualTo(404), "the trading listener");
        Assert.That((await venue.SendAsync(HttpMethod.Get, venue.ControlUrl, "show-secrets", null)).Status, Is.EqualTo(404), "no such verb");
        using var trading = new TradingClient(venue.ControlUrl);
        Assert.That((await trading.GetAsync("/api/v3/ping")).Status, Is.EqualTo(404), "no trading on the control listener");
        Assert.That((await trading.GetAsync("/health/live")).Status, Is.EqualTo(200));

        venue.Token = "";
        Assert.That(await CodeOf(venue.GetAsync("show-status")), Is.EqualTo((401, "NoToken")));
        venue.Token = new string('x', 40);
        for (var wrong = 1; wrong <= 10; wrong++)
        {
            Assert.That(await CodeOf(venue.GetAsync("show-status")), Is.EqualTo((401, "WrongToken")), $"wrong token {wrong}");
        }

        Assert.That(await CodeOf(venue.GetAsync("show-status")), Is.EqualTo((429, "TooManyWrongTokens")));
        venue.Token = token;
        Assert.That((await venue.GetAsync("show-status")).Status, Is.EqualTo(200), "nobody locks the operators out");
    }

    [Test]
    public async Task What_cannot_be_meant_is_refused_with_the_field_and_changes_nothing()
    {
        await using var venue = new Venue();
        await venue.Host.StartAsync();
        await venue.OpenMarketAsync();
        var before = (await venue.GetAsync("show-status")).Body.GetProperty("durableSequence").GetInt64();
        const string Id = "\"requestId\":\"0f8fad5b-d9cb-469f-a165-70867728950e\"";
        const string Who = Id + ",\"reason\":\"why\"";

        foreach (var (verb, body, status, code, text) in ((string, string, int, string, string)[])
            [
                ("deposit", "", 400, "InvalidJson", "one JSON object"),
                ("deposit", "[]", 400, "InvalidJson", "one JSON object"),
                ("deposit", "{\"reason\":\"why\"}", 400, "InvalidField", "'requestId' must be a UUID"),
                ("deposit", "{" + Id + "}", 400, "InvalidField", "'reason' must say why"),
                ("deposit", "{" + Id + ",\"reason\":\"two\\nlines\"}", 400, "InvalidField", "without control characters"),
                ("deposit", "{" + Id + ",\"reason\":\"" + new string('x', 257) + "\"}", 400, "InvalidField", "1 to 256 bytes"),
                ("deposit", "{" + Who + ",\"account\":1,\"asset\":\"BTC\"}", 400, "InvalidField", "'amount' is missing"),
                ("deposit", "{" + Who + ",\"account\":\"1\",\"asset\":\"BTC\",\"amount\":\"1\"}", 400, "InvalidField", "'account' must be an integer"),
                ("deposit", "{" + Who + ",\"account\":1,\"asset\":\"BTC\",\"amount\":1}", 400, "InvalidField", "'amount' must be a decimal string"),
                ("deposit", "{" + Who + ",\"account\":1,\"asset\":\"BTC\",\"amount\":\"-1\"}", 400, "InvalidField", "'amount' must be a decimal string"),
                ("deposit", "{" + Who + ",\"account\":1,\"asset\":\"BTC\",\"amount\":\"1\",\"isAdmin\":true}", 400, "InvalidField", "Unknown field 'isAdmin'"),
                ("deposit", "{" + Who + ",\"account\":9,\"asset\":\"BTC\",\"amount\":\"1\"}", 404, "UnknownAccount", "no such account"),
                ("deposit", "{" + Who + ",\"account\":1,\"asset\":\"DOGE\",\"amount\":\"1\"}", 404, "UnknownAsset", "no such asset"),
                ("deposit", "{" + Who + ",\"account\":1,\"asset\":\"BTC\",\"amount\":\"0\"}", 400, "InvalidAmount", "more than 0"),
                ("withdraw", "{" + Who + ",\"account\":1,\"asset\":\"BTC\",\"amount\":\"10.00000001\"}", 409, "InsufficientBalance", "free funds"),
                ("halt", "{" + Who + ",\"symbol\":\"ETHBTC\"}", 404, "UnknownSymbol", "no such market"),
                ("create-market", "{" + Who + ",\"name\":\"BTCUSDT\",\"baseAsset\":\"BTC\",\"quoteAsset\":\"USDT\",\"tickSize\":\"0.01\",\"maxPrice\":\"1\",\"lotSize\":\"0.001\",\"maxQuantity\":\"1\"}", 409, "DuplicateSymbol", "exists already"),
                ("create-market", "{" + Who + ",\"name\":\"X\",\"baseAsset\":\"BTC\",\"quoteAsset\":\"USDT\",\"tickSize\":\"0.01\",\"maxPrice\":\"0.001\",\"lotSize\":\"0.001\",\"maxQuantity\":\"1\"}", 400, "InvalidSymbol", "maxPrice must be whole ticks"),
                ("disable-operator", "{" + Who + ",\"name\":\"root\"}", 409, "LastAdministrator", "make another one first"),
                ("create-operator", "{" + Who + ",\"name\":\"a b\",\"role\":\"auditor\"}", 400, "InvalidOperator", "1 to 32 characters"),
            ])
        {
            var (answered, answer) = await venue.SendAsync(HttpMethod.Post, venue.ControlUrl, verb, body);

            Assert.That((answered, answer.GetProperty("error").GetString()), Is.EqualTo((status, code)), $"{verb} {body}: {answer}");
            Assert.That(answer.GetProperty("message").GetString(), Does.Contain(text), $"{verb} {body}");
        }

        var accounts = (await venue.GetAsync("show-accounts")).Body;
        Assert.That(accounts[0].GetProperty("balances")[0].GetProperty("free").GetString(), Is.EqualTo("10.00000000"));
        var after = (await venue.GetAsync("show-status")).Body.GetProperty("durableSequence").GetInt64();
        Assert.That(after - before, Is.EqualTo(5), "only what the engine itself refuses is journaled");
    }

    [Test]
    public async Task What_operators_did_survives_a_kill_and_a_retry_behind_it_is_not_executed_again()
    {
        await using var venue = new Venue();
        await venue.Host.StartAsync();
        var keys = await venue.OpenMarketAsync();
        var deposit = Guid.NewGuid();
        const string Fields = "\"account\":1,\"asset\":\"USDT\",\"amount\":\"5\"";
        var first = await venue.DoAsync("deposit", Fields, deposit);
        await venue.DoAsync("halt", "\"symbol\":\"BTCUSDT\"");
        await venue.DoAsync("disable-key", $"\"apiKey\":\"{keys[1].ApiKey}\"");
        await venue.Host.KillAsync();

        await venue.Host.StartAsync();

        var again = await venue.DoAsync("deposit", Fields, deposit);
        Assert.That(again.GetProperty("repeated").GetBoolean(), Is.True);
        Assert.That(again.GetProperty("sequence").GetInt64(), Is.EqualTo(first.GetProperty("sequence").GetInt64()));
        Assert.That(await CodeOf(venue.PostAsync("deposit", Fields.Replace("5", "6"), deposit)), Is.EqualTo((409, "RequestIdReused")));
        var account = (await venue.GetAsync("show-account?account=1")).Body;
        Assert.That(account.GetProperty("balances")[1].GetProperty("free").GetString(), Is.EqualTo("100005.00000000"), "deposited once");

        using var alice = new TradingClient(venue.Host.Url, new TradingAccount(1, keys[0].ApiKey, keys[0].Secret));
        using var bob = new TradingClient(venue.Host.Url, new TradingAccount(2, keys[1].ApiKey, keys[1].Secret));
        const string Order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100";
        Assert.That((await alice.PlaceAsync(Order)).Body, Does.Contain("Market is closed."));
        Assert.That((await alice.GetAsync("/api/v3/exchangeInfo?symbol=BTCUSDT")).Body, Does.Contain("\"status\":\"HALT\""));
        Assert.That((await bob.AccountAsync()).Code, Is.EqualTo(-2015), "the key is disabled");

        await venue.DoAsync("resume", "\"symbol\":\"BTCUSDT\"");
        Assert.That((await alice.PlaceAsync(Order)).Status, Is.EqualTo(200));
        var killed = await venue.DoAsync("cancel-orders", "\"account\":1,\"symbol\":\"*\",\"block\":true");
        Assert.That(killed.GetProperty("canceledOrders").GetInt32(), Is.EqualTo(1));
        Assert.That((await alice.PlaceAsync(Order)).Body, Does.Contain("This action is disabled on this account."));
    }

    [Test]
    public async Task Keys_do_what_they_may_and_operators_what_their_role_says()
    {
        await using var venue = new Venue();
        await venue.Host.StartAsync();
        await venue.OpenMarketAsync();
        var key = await venue.DoAsync("create-key", "\"account\":1,\"trade\":false");
        using var reader = new TradingClient(
            venue.Host.Url, new TradingAccount(1, key.GetProperty("apiKey").GetString()!, key.GetProperty("secretKey").GetString()!));
        Assert.That((await reader.AccountAsync()).Status, Is.EqualTo(200));
        Assert.That((await reader.PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1")).Code, Is.EqualTo(-2015));

        var auditor = await venue.DoAsync("create-operator", "\"name\":\"eve\",\"role\":\"auditor\"");
        venue.Token = auditor.GetProperty("token").GetString()!;
        Assert.That((await venue.GetAsync("show-audit?limit=3")).Status, Is.EqualTo(200));
        Assert.That(await CodeOf(venue.PostAsync("deposit", "\"account\":1,\"asset\":\"BTC\",\"amount\":\"1\"")), Is.EqualTo((403, "OperatorNotPermitted")));
    }

    private static async Task<(int Status, string Code)> CodeOf(Task<(int Status, JsonElement Body)> asked)
    {
        var (status, body) = await asked;
        return (status, body.GetProperty("error").GetString()!);
    }
}
