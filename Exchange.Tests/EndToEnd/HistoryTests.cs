using System.Runtime.Versioning;
using Exchange.Host.Stores;
using Exchange.Tests.Support;
using Microsoft.Data.Sqlite;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>What has left memory is answered from the history store, by a host as it is shipped, with windows of three orders and three trades.</summary>
[SupportedOSPlatform("linux")]
public sealed class HistoryTests
{
    private const string Symbol = SandboxTraders.Symbol;
    private const int Pairs = 10;

    [Test]
    public async Task Old_orders_and_trades_are_found_in_pages_and_again_after_a_kill([Values("sqlite", "postgres")] string provider)
    {
        using var store = HistoryStore.On(provider);
        await using var host = Host(store);
        await host.StartAsync();
        var (seller, buyer) = await OpenAsync(host.Url);
        using (seller)
        using (buyer)
        {
            var last = await TradeAsync(seller, buyer, "a");
            var orders = await WhenCompleteAsync(() => OrdersAsync(buyer, ""), last);
            var trades = await WhenCompleteAsync(() => TradesAsync(buyer, ""), last);
            var ids = Values(orders, "orderId");
            var tradeIds = Values(trades, "id");

            Assert.That(ids, Has.Count.EqualTo(Pairs));
            Assert.That(ids, Is.Ordered.And.Unique);
            Assert.That(tradeIds, Is.EqualTo(Enumerable.Range(1, Pairs).Select(id => (long)id)));
            Assert.That(Values(await OrdersAsync(buyer, $"&orderId={ids[2]}&limit=4"), "orderId"), Is.EqualTo(ids.Skip(2).Take(4)), "from an id");
            Assert.That(Values(await OrdersAsync(buyer, "&limit=2"), "orderId"), Is.EqualTo(ids.TakeLast(2)), "the newest");
            Assert.That(Values(await TradesAsync(buyer, "&fromId=4&limit=3"), "id"), Is.EqualTo(new[] { 4L, 5, 6 }), "from an id");
            Assert.That(Values(await TradesAsync(buyer, $"&orderId={ids[1]}"), "id"), Is.EqualTo(new[] { 2L }), "of an order");
            var first = orders.Json[0].GetProperty("time").GetInt64();
            Assert.That(Values(await OrdersAsync(buyer, $"&startTime={first}&limit=1"), "orderId"), Is.EqualTo(ids.Take(1)), "from a time");
            var one = await buyer.SignedAsync(HttpMethod.Get, "/api/v3/order", $"symbol={Symbol}&origClientOrderId=a1");
            Assert.That(one.Json.GetProperty("orderId").GetInt64(), Is.EqualTo(ids[0]), one.Body);

            var publicTrades = await buyer.GetAsync($"/api/v3/historicalTrades?symbol={Symbol}&fromId=1");
            var aggregates = await buyer.GetAsync($"/api/v3/aggTrades?symbol={Symbol}&fromId=2&limit=3");
            var newest = await buyer.GetAsync($"/api/v3/aggTrades?symbol={Symbol}&endTime={trades.Json[7].GetProperty("time")}&limit=5");
            Assert.That(Values(publicTrades, "id"), Is.EqualTo(tradeIds), "public trades");
            Assert.That(Values(aggregates, "a"), Is.EqualTo(new[] { 2L, 3, 4 }));
            Assert.That(Values(newest, "a"), Is.SupersetOf(new[] { 7L, 8 }).And.Ordered);

            await host.KillAsync();
            await host.StartAsync();
            Assert.That((await WhenCompleteAsync(() => OrdersAsync(buyer, ""), last)).Body, Is.EqualTo(orders.Body));
            Assert.That((await WhenCompleteAsync(() => TradesAsync(buyer, ""), last)).Body, Is.EqualTo(trades.Body));
        }

        host.Terminate();
        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Output);
        Assert.That(Run("verify", host), Is.Zero);
    }

    [Test]
    public async Task A_locked_store_leaves_trading_untouched_and_answers_tell_how_far_they_reach()
    {
        await using var host = Host();
        await host.StartAsync();
        var (seller, buyer) = await OpenAsync(host.Url);
        using (seller)
        using (buyer)
        {
            var early = await TradeAsync(seller, buyer, "a");
            await WhenCompleteAsync(() => OrdersAsync(buyer, ""), early);
            TradingAnswer lagging;
            long last;
            using (var other = new SqliteConnection($"Data Source={Path.Combine(host.DataDirectory, "history.db")};Pooling=False"))
            {
                other.Open();
                using var transaction = other.BeginTransaction(deferred: false);
                last = await TradeAsync(seller, buyer, "b");
                lagging = await OrdersAsync(buyer, "");
                var newest = await OrdersAsync(buyer, "&limit=2");
                var unknown = await buyer.SignedAsync(HttpMethod.Get, "/api/v3/order", $"symbol={Symbol}&origClientOrderId=b1");

                Assert.That(Names(newest), Is.EqualTo(new[] { "b9", "b10" }), "memory reaches as far as that");
                Assert.That(newest.CompleteSequence, Is.GreaterThanOrEqualTo(last));
                Assert.That(lagging.CompleteSequence, Is.InRange(early, last - 1));
                Assert.That(Names(lagging), Is.SupersetOf(Enumerable.Range(1, Pairs).Select(pair => $"a{pair}").Append("b10")));
                Assert.That(unknown.Status, Is.EqualTo(503), "nobody can say that there is no such order");
            }

            var whole = await WhenCompleteAsync(() => OrdersAsync(buyer, ""), last);
            Assert.That(Names(whole), Is.EqualTo(new[] { "a", "b" }.SelectMany(name => Enumerable.Range(1, Pairs).Select(pair => $"{name}{pair}"))));
        }
    }

    [Test]
    public async Task Verify_finds_a_changed_row_and_rebuild_puts_it_right([Values("sqlite", "postgres")] string provider)
    {
        using var store = HistoryStore.On(provider);
        await using var host = Host(store);
        await host.StartAsync();
        var (seller, buyer) = await OpenAsync(host.Url);
        using (seller)
        using (buyer)
        {
            await WhenCompleteAsync(() => OrdersAsync(buyer, ""), await TradeAsync(seller, buyer, "a"));
        }

        Assert.That(Run("verify", host), Is.Not.Zero.And.Not.EqualTo(StoreCommand.DifferentExitCode), "the directory is in use");
        host.Terminate();
        await host.WaitForExitAsync();
        using (var other = provider == "postgres"
            ? store.Database.NewReader()
            : new SqliteConnection($"Data Source={Path.Combine(host.DataDirectory, "history.db")};Pooling=False"))
        {
            other.Open();
            using var change = other.CreateCommand();
            change.CommandText = "UPDATE fills SET fee = fee + 1 WHERE trade_id = 3 AND is_maker = 1";
            Assert.That(change.ExecuteNonQuery(), Is.EqualTo(1));
        }

        Assert.That(Run("verify", host, out var found), Is.EqualTo(StoreCommand.DifferentExitCode));
        Assert.That(found, Does.Contain("fills: 1 rows only in the first"));
        Assert.That(Run("rebuild", host), Is.Zero);
        Assert.That(Run("verify", host), Is.Zero);
        Assert.That(File.Exists(Path.Combine(host.DataDirectory, "history.db")), Is.EqualTo(provider == "sqlite"));
        if (provider == "sqlite")
        {
            Assert.That(File.GetUnixFileMode(Path.Combine(host.DataDirectory, "history.db")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [TestCase("rebuild")]
    [TestCase("verify", "redis")]
    [TestCase("verify", "--Exchange:DataDirectory=nowhere")]
    public void Wrong_words_are_told(params string[] arguments)
    {
        using var errors = new StringWriter();

        Assert.That(StoreCommand.Run([.. arguments, "--Exchange:DataDirectory=" + Path.GetTempPath()], TextWriter.Null, errors), Is.Not.Zero);
        Assert.That(errors.ToString(), Does.Contain("rebuild|verify STORE").Or.Contain("write sql"));
    }

    private static HostProcess Host(HistoryStore? store = null)
    {
        var host = new HostProcess
        {
            Settings =
            {
                ["Exchange__Orders__ClosedOrdersKept"] = "3",
                ["Exchange__Orders__TradesKept"] = "3",
                ["Exchange__Replication__Sql__BusyTimeoutMs"] = "100",
                ["Exchange__Replication__Following__BackOffMaxMs"] = "200",
            },
        };
        foreach (var (name, value) in store?.HostSettings ?? [])
        {
            host.Settings[name] = value;
        }

        return host;
    }

    private static async Task<(TradingClient Seller, TradingClient Buyer)> OpenAsync(string url) => (
        new TradingClient(url, await TradingClient.OpenAccountAsync(url, "\"BTC\":\"100\"")),
        new TradingClient(url, await TradingClient.OpenAccountAsync(url, "\"USDT\":\"10000000\"")));

    /// <summary>Makes ten trades of two orders each; the buyer's are named. Returns the last command's sequence.</summary>
    private static async Task<long> TradeAsync(TradingClient seller, TradingClient buyer, string name)
    {
        var sequence = 0L;
        for (var pair = 1; pair <= Pairs; pair++)
        {
            var offer = await seller.PlaceAsync($"symbol={Symbol}&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000");
            var taker = await buyer.PlaceAsync(
                $"symbol={Symbol}&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.01&price=50000&newClientOrderId={name}{pair}");
            Assert.That((offer.IsOk, taker.IsOk), Is.EqualTo((true, true)), $"{offer}\n{taker}");
            sequence = taker.Sequence;
        }

        return sequence;
    }

    private static Task<TradingAnswer> OrdersAsync(TradingClient client, string query) =>
        client.SignedAsync(HttpMethod.Get, "/api/v3/allOrders", $"symbol={Symbol}{query}");

    private static Task<TradingAnswer> TradesAsync(TradingClient client, string query) =>
        client.SignedAsync(HttpMethod.Get, "/api/v3/myTrades", $"symbol={Symbol}{query}");

    /// <summary>Asks until the answer says that it is complete up to a sequence.</summary>
    private static async Task<TradingAnswer> WhenCompleteAsync(Func<Task<TradingAnswer>> ask, long sequence)
    {
        using var giveUp = new CancellationTokenSource(HostProcess.Patience);
        while (true)
        {
            var answer = await ask();
            if (answer.IsOk && answer.CompleteSequence >= sequence)
            {
                return answer;
            }

            Assert.That(giveUp.IsCancellationRequested, Is.False, $"not complete up to {sequence}: {answer.CompleteSequence} {answer}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        }
    }

    private static List<long> Values(TradingAnswer answer, string name) => [.. answer.Json.EnumerateArray().Select(row => row.GetProperty(name).GetInt64())];

    private static List<string?> Names(TradingAnswer answer) => [.. answer.Json.EnumerateArray().Select(row => row.GetProperty("clientOrderId").GetString())];

    private static int Run(string verb, HostProcess host) => Run(verb, host, out _);

    private static int Run(string verb, HostProcess host, out string text)
    {
        using var output = new StringWriter();
        var settings = host.Settings.Where(setting => setting.Key.StartsWith("Exchange__Replication__Sql", StringComparison.Ordinal))
            .Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}");
        var exitCode = StoreCommand.Run([verb, "sql", $"--Exchange:DataDirectory={host.DataDirectory}", .. settings], output, output);
        text = output.ToString();
        TestContext.Out.WriteLine(text);
        return exitCode;
    }
}
