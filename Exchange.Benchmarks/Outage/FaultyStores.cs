using System.Globalization;
using Exchange.Benchmarks.Processes;
using StackExchange.Redis;

namespace Exchange.Benchmarks.Outage;

/// <summary>A way in which a store is away. Begin and end return when it is so.</summary>
/// <param name="Store">The replicator's name.</param>
internal sealed record StoreFault(string Store, string Fault, Action Begin, Action End);

/// <summary>
/// Real stores for a host, each a process of its own behind a <see cref="FaultProxy"/>, that can be killed, hung, refusing, slow or full.
/// Ended by Dispose. One caller.
/// </summary>
internal sealed class FaultyStores : IDisposable
{
    public const string Sql = "sql";
    public const string Redis = "redis";
    public const string Sqs = "sqs";
    public const string Kinesis = "kinesis";

    public const string DynamoDb = "dynamodb";

    public const string Queue = "events.fifo";
    public const string Stream = "market-audit";

    public const string Killed = "killed";
    public const string Hung = "hung";
    public const string Refusing = "refusing";
    public const string Slow = "slow";
    public const string Full = "full";
    public const string NoFault = "none";

    /// <summary>A line for each store: its service, and the settings by which a host finds it.</summary>
    private static readonly Dictionary<string, (string Service, Func<LocalServices, string> Address, Func<string, (string Name, string Value)[]> Settings)> Kinds = new()
    {
        [Sql] = (LocalServices.Postgres, services => services.PostgresAddress, address => [
            ("Exchange__Replication__Sql__Provider", "postgres"),
            ("Exchange__Replication__Sql__ConnectionString", LocalServices.PostgresConnectionTo(address))]),
        [Redis] = (LocalServices.Redis, services => services.RedisAddress, address => [("Exchange__Replication__Redis__ConnectionString", address)]),
        [Sqs] = (LocalServices.Sqs, services => services.SqsUrl.Authority, address => [
            ("AWS_ENDPOINT_URL_SQS", $"http://{address}"), ("Exchange__Replication__Sqs__Queue", Queue), ("Exchange__Replication__Sqs__Create", "true")]),
        [Kinesis] = (LocalServices.Kinesis, services => services.KinesisUrl.Authority, address => [
            ("AWS_ENDPOINT_URL_KINESIS", $"http://{address}"), ("Exchange__Replication__Kinesis__Stream", Stream), ("Exchange__Replication__Kinesis__Create", "true")]),
        [DynamoDb] = (LocalServices.DynamoDb, services => services.DynamoDbUrl.Authority, address => [
            ("AWS_ENDPOINT_URL_DYNAMODB", $"http://{address}"), ("Exchange__Replication__DynamoDb__TablePrefix", "exchange"), ("Exchange__Replication__DynamoDb__Create", "true")]),
    };

    private readonly Dictionary<string, FaultProxy> _proxies = [];

    /// <param name="slowMs">What a slow store adds to every piece of data, either way.</param>
    /// <param name="stores">Replicators' names; at least one.</param>
    public FaultyStores(int slowMs, params string[] stores)
    {
        Names = stores;
        Services = new LocalServices([.. stores.Select(store => Kinds[store].Service)]);
        List<StoreFault> faults = [];
        foreach (var store in stores)
        {
            var (service, address, settings) = Kinds[store];
            var proxy = _proxies[store] = new FaultProxy(address(Services));
            foreach (var (name, value) in settings(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{proxy.Port}")))
            {
                Settings[name] = value;
            }

            faults.AddRange([
                new(store, Killed, () => Services.Kill(service), () => Services.Start(service)),
                new(store, Hung, () => Services.Hang(service), () => Services.Resume(service)),
                new(store, Refusing, () => proxy.Refuses = true, () => proxy.Refuses = false),
                new(store, Slow, () => proxy.DelayMs = slowMs, () => proxy.DelayMs = 0),
            ]);
            if (store == Redis)
            {
                faults.Add(new(store, Full, () => SetMemory("1"), () => SetMemory("0")));
            }
        }

        Faults = faults;
    }

    /// <summary>Stores that there are.</summary>
    public static IReadOnlyCollection<string> All => Kinds.Keys;

    public static IReadOnlyCollection<string> AllFaults { get; } = [Killed, Hung, Refusing, Slow, Full];

    public IReadOnlyList<string> Names { get; }

    public LocalServices Services { get; }

    /// <summary>Environment of a host that follows into these stores.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["AWS_REGION"] = "eu-central-1",
        ["AWS_ACCESS_KEY_ID"] = "x",
        ["AWS_SECRET_ACCESS_KEY"] = "x",
    };

    /// <summary>Every fault of every store.</summary>
    public IReadOnlyList<StoreFault> Faults { get; }

    /// <summary>What costs the machine as much as a fault does and is none.</summary>
    public StoreFault Control()
    {
        var service = Kinds[Names[0]].Service;
        return new("", NoFault, () => Services.Resume(service), () => Services.Resume(service));
    }

    public void Dispose()
    {
        foreach (var proxy in _proxies.Values)
        {
            proxy.Dispose();
        }

        Services.Dispose();
    }

    private void SetMemory(string bytes)
    {
        using var connection = ConnectionMultiplexer.Connect(Services.RedisAddress + ",allowAdmin=true,syncTimeout=60000,connectTimeout=60000");
        connection.GetServer(Services.RedisAddress).ConfigSet("maxmemory", bytes);
    }
}
