using Exchange.Host.Sandbox.MarketMaking;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>A sandbox as it is started by default: its books have two sides and move, also after a crash.</summary>
public sealed class MarketMakerTests
{
    private static readonly string[] Symbols = ["BTCUSDT", "ETHUSDT", "ETHBTC", "SOLUSDT"];

    [Test]
    public async Task The_first_markets_are_quoted_on_both_sides_trade_and_go_on_after_a_kill()
    {
        await using var host = NewHost(on: true);
        await host.StartAsync();
        using var client = new TradingClient(host.Url);
        var trades = new Dictionary<string, long>();
        foreach (var symbol in Symbols)
        {
            Assert.That(await LevelsAsync(client, symbol), Is.EqualTo((MarketProfile.Levels, MarketProfile.Levels)), symbol);
            trades[symbol] = await WaitForTradeAsync(client, symbol, after: 0);
        }

        await host.KillAsync();
        await host.StartAsync();

        foreach (var symbol in Symbols)
        {
            Assert.That(await LevelsAsync(client, symbol), Is.EqualTo((MarketProfile.Levels, MarketProfile.Levels)), $"{symbol}: the old quotes are taken up, not doubled");
            await WaitForTradeAsync(client, symbol, trades[symbol]);
        }

        Assert.That(host.Output, Does.Not.Contain("market maker"), "nothing was refused");
    }

    [Test]
    public async Task Anyone_trades_with_them_and_nobody_for_them()
    {
        await using var host = NewHost(on: true);
        await host.StartAsync();
        using var trader = new TradingClient(host.Url, await TradingClient.OpenAccountAsync(host.Url, "\"USDT\":\"100000\""));
        using var thief = new TradingClient(host.Url, new TradingAccount(0, MarketMakerAccounts.MakerKey, "secret"));

        var bought = await trader.PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.2");
        var stolen = await thief.AccountAsync();

        Assert.That(bought.Json.GetProperty("status").GetString(), Is.EqualTo("FILLED"), bought.Body);
        Assert.That((stolen.Status, stolen.Code), Is.EqualTo((400, -1022)), stolen.Body);
    }

    [Test]
    public async Task They_rest_when_nobody_asks_for_anything_and_the_next_request_wakes_them()
    {
        await using var host = NewHost(on: true);
        host.Settings["Exchange__Sandbox__MarketMakerIdleSeconds"] = "1";
        await host.StartAsync();
        using var client = new TradingClient(host.Url);

        // Health is no request to the API. Nothing new for forty steps' time is rest.
        var resting = await WaitForSequenceAsync(host, (before, now) => now == before);
        await client.GetAsync("/api/v3/ping");
        var awake = await WaitForSequenceAsync(host, (before, now) => now > before);

        Assert.That(awake, Is.GreaterThan(resting));
    }

    [Test]
    public async Task Turned_off_they_leave_the_books_empty()
    {
        await using var host = NewHost(on: false);
        await host.StartAsync();
        using var client = new TradingClient(host.Url);

        foreach (var symbol in Symbols)
        {
            Assert.That(await LevelsAsync(client, symbol), Is.EqualTo((0, 0)), symbol);
        }
    }

    private static HostProcess NewHost(bool on)
    {
        var host = new HostProcess();
        host.Settings["Exchange__Sandbox__MarketMakers"] = on ? "true" : "false";
        host.Settings["Exchange__Sandbox__MarketMakerIntervalMs"] = "50";
        return host;
    }

    private static async Task<(int Bids, int Asks)> LevelsAsync(TradingClient client, string symbol)
    {
        var depth = (await client.GetAsync($"/api/v3/depth?symbol={symbol}")).Json;
        return (depth.GetProperty("bids").GetArrayLength(), depth.GetProperty("asks").GetArrayLength());
    }

    /// <summary>Compares the sequence with itself two seconds earlier until the condition holds; returns it.</summary>
    private static async Task<long> WaitForSequenceAsync(HostProcess host, Func<long, long, bool> holds)
    {
        var giveUp = DateTime.UtcNow + HostProcess.Patience;
        var before = await SequenceAsync(host);
        while (DateTime.UtcNow < giveUp)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            var now = await SequenceAsync(host);
            if (holds(before, now))
            {
                return now;
            }

            before = now;
        }

        throw new TimeoutException($"the sequence stands at {before}");
    }

    private static async Task<long> SequenceAsync(HostProcess host) =>
        System.Text.Json.JsonDocument.Parse(await host.WaitForHealthAsync("ready", System.Net.HttpStatusCode.OK)).RootElement.GetProperty("sequence").GetInt64();

    /// <summary>Returns the id of a trade that is younger than another one, as soon as there is one.</summary>
    private static async Task<long> WaitForTradeAsync(TradingClient client, string symbol, long after)
    {
        var giveUp = DateTime.UtcNow + HostProcess.Patience;
        while (DateTime.UtcNow < giveUp)
        {
            var trades = (await client.GetAsync($"/api/v3/trades?symbol={symbol}&limit=1")).Json;
            if (trades.GetArrayLength() > 0 && trades[0].GetProperty("id").GetInt64() > after)
            {
                return trades[0].GetProperty("id").GetInt64();
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"no trade of {symbol} after {after}");
    }
}
