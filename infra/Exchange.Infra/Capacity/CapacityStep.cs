namespace Exchange.Infra.Capacity;

/// <summary>What one load needs, layer by layer. Rates are of the peak second; money is for the month, whose mean is lower.</summary>
/// <param name="RequestsPerSecond">Peak of all requests.</param>
/// <param name="Shards">Engines, each with its own symbols and its own journal.</param>
internal sealed record CapacityStep(double RequestsPerSecond, int Shards)
{
    private const double ReplyKib = 1;

    public double Orders => RequestsPerSecond * CapacityInputs.OrderShare;

    public double Reads => RequestsPerSecond - Orders;

    private double Trades => Orders * CapacityInputs.TradesPerOrder;

    /// <summary>Busy share of one engine thread.</summary>
    public double EngineUse => Orders / Shards * CapacityInputs.EngineUs / 1e6;

    /// <summary>Cores of one engine host: its three threads, and orders at the planned use; reads too where no tier takes them.</summary>
    public int CoresPerEngineHost
    {
        get
        {
            var requests = Orders * CapacityInputs.OrderCpuUs + (TierCores == 0 ? Reads * CapacityInputs.ReadCpuUs : 0);
            return 3 + (int)Math.Ceiling(Math.Max(1, requests / Shards / 1e6 / CapacityInputs.PlannedUse));
        }
    }

    /// <summary>Cores of the stateless tier; none while one host carries reads and orders on the cores that it has anyway.</summary>
    public int TierCores => RequestsPerSecond < 10_000 ? 0 : (int)Math.Ceiling(Reads * CapacityInputs.ReadCpuUs / 1e6 / CapacityInputs.PlannedUse);

    /// <summary>Journal bytes per second of one engine.</summary>
    public double JournalBytesPerSecond => (Orders * CapacityInputs.OrderBytes + Trades * CapacityInputs.TradeBytes) / Shards;

    /// <summary>Rows of history per second over all engines.</summary>
    public double SqlRows => Orders * CapacityInputs.RowsPerOrder + Trades * CapacityInputs.RowsPerTrade;

    /// <summary>Writers of history: one a shard is natural, more than that means that one cannot follow.</summary>
    public int SqlWriters => Math.Max(1, (int)Math.Ceiling(SqlRows / CapacityInputs.SqlRowsPerSecond / CapacityInputs.PlannedUse));

    /// <summary>Kinesis shards' worth of stream: one takes 1 MiB and 1,000 records a second; records are batches of 100 events.</summary>
    public int StreamShards => Math.Max(1, (int)Math.Ceiling(JournalBytesPerSecond * Shards / 1_048_576));

    /// <summary>Cost by layer, US dollars a month.</summary>
    public IReadOnlyList<(string Layer, double Usd)> Cost()
    {
        var mean = 1 / CapacityInputs.PeakOverMean;
        var ordersPerMonth = Orders * mean * CapacityInputs.SecondsPerMonth;
        var requestsPerMonth = RequestsPerSecond * mean * CapacityInputs.SecondsPerMonth;
        var journalGib = JournalBytesPerSecond * Shards * mean * CapacityInputs.SecondsPerMonth / (1 << 30);
        var iops = Math.Min(64_000, Math.Max(5_000, 2 * Math.Min(Orders / Shards, 5_000)));
        return
        [
            ("engine hosts (leader and standby)", 2 * Shards * CoresPerEngineHost * CapacityInputs.Price.EngineCore),
            ("journal volumes", 2 * Shards * (500 * CapacityInputs.Price.Io2Gib + iops * CapacityInputs.Price.Io2Iops)),
            ("stateless tier", CapacityInputs.Price.EksCluster + Math.Max(2, Math.Ceiling(TierCores / CapacityInputs.Price.TierNodeCores)) * CapacityInputs.Price.TierNode),
            ("Aurora (writer and one reader alike)", 2 * Math.Max(1, SqlRows * mean / CapacityInputs.Price.AuroraUnitRowsPerSecond) * CapacityInputs.Price.AuroraUnit
                + SqlRows / 1_000 * mean * CapacityInputs.SecondsPerMonth / 1e6 * 10 * CapacityInputs.Price.AuroraMillionIo),
            ("DynamoDB", ordersPerMonth * 2 / 1e6 * CapacityInputs.Price.DynamoMillionWrites),
            ("Redis", Math.Max(2, Math.Ceiling(RequestsPerSecond / 100_000) * 2) * CapacityInputs.Price.RedisNode),
            ("Kinesis", CapacityInputs.Price.KinesisStream + journalGib * CapacityInputs.Price.KinesisGibIn),
            ("SQS (batches of ten)", ordersPerMonth / 10 / 1e6 * CapacityInputs.Price.SqsMillion),
            ("load balancer", CapacityInputs.Price.BalancerBase + Math.Ceiling(RequestsPerSecond * mean / 1_000) * CapacityInputs.Price.BalancerUnit),
            ("CloudFront and transfer", requestsPerMonth / 1e6 * CapacityInputs.Price.CloudFrontMillion + requestsPerMonth * ReplyKib / (1 << 20) * CapacityInputs.Price.TransferGib),
            ("archive, first year's mean", journalGib * 6 * CapacityInputs.Price.ArchiveGib),
            ("network, logs, metrics", CapacityInputs.Price.NatAndEndpoints + CapacityInputs.Price.ObservabilityBase * Math.Max(1, Math.Log10(RequestsPerSecond / 50))),
        ];
    }
}
