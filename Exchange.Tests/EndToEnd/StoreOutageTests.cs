using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using Exchange.Benchmarks.Http;
using Exchange.Host.Stores;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using NUnit.Framework;
using StackExchange.Redis;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// C1 of RELIABILITY.md: a host under orders over HTTP while the real process of a store is killed, hangs, refuses, is slow or full. Every order is
/// answered with success, the host stays ready, its memory bounded; health tells the lag in sequences and in time; behind each outage the store
/// catches up, and in the end `verify` finds no difference. Times are not asserted. Environment: EXCHANGE_OUTAGE_SECONDS, how long each lasts (0.5).
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class StoreOutageTests
{
    private const string Sql = "sql";
    private const string Redis = "redis";
    private const int Traders = 2;
    private const long MemoryGrowthBytesMax = 300L << 20;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Duration =
        TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_OUTAGE_SECONDS"), out var given) ? given : 0.5);

    [Test]
    public async Task Orders_do_not_notice_what_happens_to_a_store()
    {
        using var services = new LocalServices(LocalServices.Postgres, LocalServices.Redis);
        using var postgres = new FaultProxy(Address(services.PostgresConnection));
        using var redis = new FaultProxy(services.RedisAddress);
        await using var host = new HostProcess();
        var direct = services.PostgresConnection.Replace($"Port={Address(services.PostgresConnection).Split(':')[1]}", "Port=", StringComparison.Ordinal);
        foreach (var (name, value) in Settings(direct.Replace("Port=", $"Port={postgres.Port}", StringComparison.Ordinal), $"127.0.0.1:{redis.Port}"))
        {
            host.Settings[name] = value;
        }

        await host.StartAsync();
        using var load = await OrderLoad.StartAsync(host.Url, Traders);
        await load.RunAsync(Duration);
        await CaughtUpAsync(host, Sql);
        await CaughtUpAsync(host, Redis);
        var memory = ResidentBytes(host.Id);

        (string Store, string Fault, Action Begin, Action End)[] outages =
        [
            (Redis, "killed", () => services.Kill(LocalServices.Redis), () => services.Start(LocalServices.Redis)),
            (Sql, "killed", () => services.Kill(LocalServices.Postgres), () => services.Start(LocalServices.Postgres)),
            (Redis, "hung", () => services.Hang(LocalServices.Redis), () => services.Resume(LocalServices.Redis)),
            (Sql, "hung", () => services.Hang(LocalServices.Postgres), () => services.Resume(LocalServices.Postgres)),
            (Redis, "refusing", () => redis.Refuses = true, () => redis.Refuses = false),
            (Sql, "refusing", () => postgres.Refuses = true, () => postgres.Refuses = false),
            (Redis, "slow", () => redis.DelayMs = 300, () => redis.DelayMs = 0),
            (Sql, "slow", () => postgres.DelayMs = 300, () => postgres.DelayMs = 0),
            (Redis, "full", () => SetMemory(services, "1"), () => SetMemory(services, "0")),
        ];
        foreach (var (store, fault, begin, end) in outages)
        {
            begin();
            try
            {
                var deadline = Stopwatch.GetTimestamp();
                do
                {
                    await load.RunAsync(Duration);
                    Assert.That(Stopwatch.GetElapsedTime(deadline), Is.LessThan(HostProcess.Patience), $"{store} {fault}: no lag is told");
                }
                while (await ReplicatorAsync(host, store) is not { LagSequences: > 0, LagMs: > 0 });
            }
            finally
            {
                end();
            }

            await CaughtUpAsync(host, store);
            await TestContext.Progress.WriteLineAsync($"{store} {fault}: {load.Orders} orders so far, all taken");
        }

        Assert.That(ResidentBytes(host.Id) - memory, Is.LessThan(MemoryGrowthBytesMax), "the host's memory");
        host.Terminate();
        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Output);
        AssertVerified(Sql, host);
        AssertVerified(Redis, host);
    }

    private static string Address(string connection)
    {
        var parts = connection.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        return $"{parts["Host"]}:{parts["Port"]}";
    }

    private static Dictionary<string, string> Settings(string postgres, string redis) => new()
    {
        ["Exchange__Replication__Following__PollIntervalMs"] = "10",
        ["Exchange__Replication__Following__BackOffMaxMs"] = "200",
        ["Exchange__Replication__Sql__Provider"] = "postgres",
        ["Exchange__Replication__Sql__ConnectionString"] = postgres,
        ["Exchange__Replication__Sql__ConnectTimeoutSeconds"] = "2",
        ["Exchange__Replication__Sql__CommandTimeoutSeconds"] = "2",
        ["Exchange__Replication__Redis__ConnectionString"] = redis,
        ["Exchange__Replication__Redis__TimeoutMs"] = "2000",
    };

    private static void SetMemory(LocalServices services, string bytes)
    {
        using var connection = ConnectionMultiplexer.Connect(services.RedisAddress + ",allowAdmin=true,syncTimeout=60000,connectTimeout=60000");
        connection.GetServer(services.RedisAddress).ConfigSet("maxmemory", bytes);
    }

    private static async Task CaughtUpAsync(HostProcess host, string store)
    {
        var started = Stopwatch.GetTimestamp();
        while (await ReplicatorAsync(host, store) is not { State: "Following", LagSequences: 0 })
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(HostProcess.Patience), $"{store} does not catch up: {host.Output}");
            await Task.Delay(PollInterval);
        }
    }

    /// <summary>Returns what readiness says of a store; the host must be ready.</summary>
    private static async Task<(string State, long LagSequences, long LagMs)> ReplicatorAsync(HostProcess host, string store)
    {
        var body = await host.WaitForHealthAsync("ready", HttpStatusCode.OK);
        var replicator = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("replicators").EnumerateArray().Single(each => each.GetProperty("name").GetString() == store);
        return (replicator.GetProperty("state").GetString()!, replicator.GetProperty("lagSequences").GetInt64(), replicator.GetProperty("lagMs").GetInt64());
    }

    private static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    private static void AssertVerified(string store, HostProcess host)
    {
        using var output = new StringWriter();
        var settings = host.Settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}");
        Assert.That(StoreCommand.Run(["verify", store, $"--Exchange:DataDirectory={host.DataDirectory}", .. settings], output, output), Is.Zero, output.ToString());
        Assert.That(output.ToString(), Does.Contain("equals the journal"));
    }

    /// <summary>Accounts that buy and sell without a pause; an order that is not taken fails the run.</summary>
    private sealed class OrderLoad : IDisposable
    {
        private readonly List<SandboxTraders> _traders = [];
        private int _orders;

        public int Orders => _orders;

        public static async Task<OrderLoad> StartAsync(string url, int traders)
        {
            var load = new OrderLoad();
            for (var i = 0; i < traders; i++)
            {
                load._traders.Add(await SandboxTraders.OpenAsync(url));
            }

            return load;
        }

        public Task RunAsync(TimeSpan duration)
        {
            var started = Stopwatch.GetTimestamp();
            return Task.WhenAll(_traders.Select(async (traders, index) =>
            {
                do
                {
                    var order = Interlocked.Increment(ref _orders);
                    var price = 50_000 + (order % 20 * 10);
                    TradingAnswer[] answers =
                    [
                        await traders.Seller.PlaceAsync(SandboxTraders.Limit("SELL", price, $"s{index}-{order}")),
                        await traders.Buyer.PlaceAsync(SandboxTraders.Limit("BUY", price, $"b{index}-{order}")),
                    ];
                    Interlocked.Increment(ref _orders);
                    Assert.That(answers.Where(answer => !answer.IsOk), Is.Empty, "every order is taken");
                }
                while (Stopwatch.GetElapsedTime(started) < duration);
            }));
        }

        public void Dispose() => _traders.ForEach(traders => traders.Dispose());
    }
}
