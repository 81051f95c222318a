using System.Text.Json;
using System.Text.RegularExpressions;
using Exchange.Benchmarks.Http;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// Everything public that a market shows, asked over HTTP before a kill -9, is asked again after it and is the same; then it goes on with the
/// next ids. The market's average price is of an hour, so that the time of the restart takes nothing out of it.
/// </summary>
public sealed partial class MarketDataRecoveryTests
{
    private const string Symbol = "GOLDUSDT";
    private const string Market =
        """
        {"name":"GOLDUSDT","baseAsset":"GOLD","quoteAsset":"USDT","tickSize":"0.1","maxPrice":"100000","lotSize":"0.001","maxQuantity":"1000",
        "avgPriceMins":60,"bidMultiplierUp":"5","bidMultiplierDown":"0.2","askMultiplierUp":"5","askMultiplierDown":"0.2"}
        """;

    private static readonly string[] Intervals =
        ["1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"];

    [Test]
    public async Task All_market_data_before_a_kill_is_there_after_it_and_goes_on()
    {
        await using var host = new HostProcess();
        await host.StartAsync();
        using var market = new TradingClient(host.Url);
        Assert.That((await market.PostJsonAsync("/sandbox/markets", Market)).IsOk);
        using var maker = await OpenAsync(host.Url);
        using var taker = await OpenAsync(host.Url);
        var random = new SplitMix64(1);
        await TradeAsync(maker, taker, random, rounds: 60);

        // So that seconds, and perhaps minutes, are complete before the kill.
        await Task.Delay(1_100);
        await TradeAsync(maker, taker, random, rounds: 20);
        var questions = await QuestionsAsync(market);

        for (var kill = 0; kill < 2; kill++)
        {
            var before = await AnswersAsync(market, questions);
            Assert.That(before.Values, Has.None.EqualTo("[]"), "every question has an answer");
            await host.KillAsync();
            await host.StartAsync();
            var after = await AnswersAsync(market, questions);

            foreach (var question in questions)
            {
                Assert.That(after[question], Is.EqualTo(before[question]), question);
            }

            var last = await NewestIdsAsync(market);
            await TradeAsync(maker, taker, random, rounds: 1);
            Assert.That(await NewestIdsAsync(market), Is.EqualTo((last.Trade + 2, last.Aggregate + 1)), "a taker that meets two makers at one price");
        }
    }

    /// <summary>1,200 trades of 4 takers, of which memory keeps 1,000: the rest is read from the history store, which may follow a little later.</summary>
    [Test]
    public async Task Trades_that_have_left_memory_come_from_the_history_store()
    {
        await using var host = new HostProcess();
        host.Settings["Exchange__MarketData__TradesKept"] = "1000";
        await host.StartAsync();
        using var market = new TradingClient(host.Url);
        Assert.That((await market.PostJsonAsync("/sandbox/markets", Market.Replace("{\"name\"", "{\"maxNumOrders\":1000,\"name\"", StringComparison.Ordinal))).IsOk);
        using var maker = await OpenAsync(host.Url);
        using var taker = await OpenAsync(host.Url);
        for (var round = 0; round < 4; round++)
        {
            for (var order = 0; order < 300; order++)
            {
                await PlaceAsync(maker, "SELL", 20_000, 1);
            }

            await PlaceAsync(taker, "BUY", 20_000, 300, "&timeInForce=IOC");
        }

        using var giveUp = new CancellationTokenSource(HostProcess.Patience);
        string ids;
        do
        {
            // Between two questions, so that asking stays within the weight of a minute.
            await Task.Delay(500, giveUp.Token);
            ids = Ids((await market.GetAsync($"/api/v3/historicalTrades?symbol={Symbol}&fromId=150&limit=200")).Json, "id");
        }
        while (ids != string.Join(' ', Enumerable.Range(150, 200)));

        var aggregates = (await market.GetAsync($"/api/v3/aggTrades?symbol={Symbol}&fromId=1")).Json;
        Assert.That(Ids(aggregates, "a"), Is.EqualTo("1 2 3 4"));
        Assert.That(Ids(aggregates, "l"), Is.EqualTo("300 600 900 1200"));
    }

    private static string Ids(JsonElement items, string name) =>
        string.Join(' ', items.EnumerateArray().Select(item => item.GetProperty(name).GetInt64()));

    private static async Task<TradingClient> OpenAsync(string url) =>
        new(url, await TradingClient.OpenAccountAsync(url, "\"USDT\":\"100000000\",\"GOLD\":\"100000\""));

    /// <summary>In each round two makers rest at a price, one taker trades with both, and an order stays in the book on each side.</summary>
    private static async Task TradeAsync(TradingClient maker, TradingClient taker, SplitMix64 random, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var (makers, takers) = random.Chance(50) ? ("SELL", "BUY") : ("BUY", "SELL");
            var price = random.Between(19_900, 20_100);
            await PlaceAsync(maker, makers, price, random.Between(1, 900));
            await PlaceAsync(maker, makers, price, random.Between(1, 900));
            await PlaceAsync(taker, takers, price, 2_000, "&timeInForce=IOC");
            await PlaceAsync(maker, "BUY", random.Between(15_000, 16_000), random.Between(1, 900));
            await PlaceAsync(maker, "SELL", random.Between(25_000, 26_000), random.Between(1, 900));
        }
    }

    /// <param name="price">In 0.1.</param>
    /// <param name="quantity">In 0.001.</param>
    private static async Task PlaceAsync(TradingClient client, string side, long price, long quantity, string timeInForce = "&timeInForce=GTC")
    {
        var answer = await client.PlaceAsync(
            $"symbol={Symbol}&side={side}&type=LIMIT&price={price / 10}.{price % 10}&quantity={quantity / 1_000}.{quantity % 1_000:000}{timeInForce}");
        Assert.That(answer.IsOk, answer.ToString());
    }

    private static async Task<string[]> QuestionsAsync(TradingClient market)
    {
        var trades = (await market.GetAsync($"/api/v3/trades?symbol={Symbol}&limit=1000")).Json;
        var (first, last) = (trades[0].GetProperty("time").GetInt64(), trades[trades.GetArrayLength() - 1].GetProperty("time").GetInt64());

        // Local noon: no day begins while the test runs.
        var hour = DateTimeOffset.FromUnixTimeMilliseconds(last).Hour;
        var zone = 12 - hour;
        return
        [
            $"depth?symbol={Symbol}&limit=5000",
            $"trades?symbol={Symbol}&limit=1000",
            $"historicalTrades?symbol={Symbol}&fromId=10&limit=50",
            $"aggTrades?symbol={Symbol}&limit=1000",
            $"aggTrades?symbol={Symbol}&fromId=7&limit=5",
            $"aggTrades?symbol={Symbol}&startTime={first}&endTime={last}",
            $"avgPrice?symbol={Symbol}",
            $"ticker/24hr?symbol={Symbol}",
            $"ticker/24hr?symbol={Symbol}&type=MINI",
            $"ticker/bookTicker?symbol={Symbol}",
            $"ticker/price?symbol={Symbol}",
            $"ticker?symbol={Symbol}&windowSize=7d",
            $"ticker?symbol={Symbol}&windowSize=1h",
            $"ticker/tradingDay?symbol={Symbol}&timeZone={zone}",
            .. Intervals.Select(interval => $"klines?symbol={Symbol}&interval={interval}&startTime=0&endTime={last}"),
            .. Intervals.Select(interval => $"uiKlines?symbol={Symbol}&interval={interval}&timeZone=5:45&startTime=0&endTime={last}&limit=1000"),
        ];
    }

    /// <summary>Answers without the moment at which they were asked.</summary>
    private static async Task<Dictionary<string, string>> AnswersAsync(TradingClient market, string[] questions)
    {
        Dictionary<string, string> answers = [];
        foreach (var question in questions)
        {
            var answer = await market.GetAsync("/api/v3/" + question);
            Assert.That(answer.IsOk, $"{question}: {answer}");
            var isOfNow = question.StartsWith("ticker/24hr", StringComparison.Ordinal) || question.StartsWith("ticker?", StringComparison.Ordinal);
            answers[question] = isOfNow ? MomentOfAsking().Replace(answer.Body, "") : answer.Body;
        }

        return answers;
    }

    private static async Task<(long Trade, long Aggregate)> NewestIdsAsync(TradingClient market)
    {
        var trade = (await market.GetAsync($"/api/v3/trades?symbol={Symbol}&limit=1")).Json[0];
        var aggregate = (await market.GetAsync($"/api/v3/aggTrades?symbol={Symbol}&limit=1")).Json[0];
        Assert.That(aggregate.GetProperty("l").GetInt64(), Is.EqualTo(trade.GetProperty("id").GetInt64()));
        return (trade.GetProperty("id").GetInt64(), aggregate.GetProperty("a").GetInt64());
    }

    [GeneratedRegex("\"(openTime|closeTime)\":[0-9]+,")]
    private static partial Regex MomentOfAsking();
}
