namespace Exchange.Infra.Capacity;

/// <summary>
/// What the capacity plan reckons with. Figures of the exchange were measured on two virtual cores (see the source beside each); prices are
/// rounded list prices on demand of eu-central-1 and change: check them before a budget is made of them.
/// </summary>
internal static class CapacityInputs
{
    /// <summary>Share of requests that are orders, cancels or amends; the rest reads.</summary>
    public const double OrderShare = 0.3;

    /// <summary>Trades per order command: one in ten finds the other side.</summary>
    public const double TradesPerOrder = 0.1;

    /// <summary>Processor time of a signed order in the host, microseconds, up to the answer (target of the design, to be replaced by the load harness' figure).</summary>
    public const double OrderCpuUs = 30;

    /// <summary>Processor time of a read in the host or the tier, microseconds (Kestrel with JSON: 14 to 24).</summary>
    public const double ReadCpuUs = 20;

    /// <summary>Engine thread per command, microseconds, with all checks, funds and events (Exchange.Benchmarks -- core: 0.1 on W1, below 0.5 on every workload, on a loaded machine).</summary>
    public const double EngineUs = 0.5;

    /// <summary>Journal bytes of an order and of a trade (decision 0001: measured 98 and 62).</summary>
    public const double OrderBytes = 98;

    public const double TradeBytes = 62;

    /// <summary>Sync of one group on a preallocated segment: median and 99th percentile, microseconds (measured: 181 and 1,300).</summary>
    public const double SyncMedianUs = 181;

    public const double SyncP99Us = 1_300;

    /// <summary>Rows per second that one writer copies into PostgreSQL in batches of 1,000 (measured: 146,000).</summary>
    public const double SqlRowsPerSecond = 146_000;

    /// <summary>Rows of history per order command and per trade: order, ledger entries; two fills, trade, four ledger entries.</summary>
    public const double RowsPerOrder = 2;

    public const double RowsPerTrade = 7;

    /// <summary>Load up to which a processor, a shard or a thread is planned.</summary>
    public const double PlannedUse = 0.5;

    /// <summary>Peak of the year over the mean of the month: what is paid by use is paid for the mean.</summary>
    public const double PeakOverMean = 4;

    public const double SecondsPerMonth = 730 * 3_600;

    /// <summary>Prices in US dollars a month unless said otherwise.</summary>
    public static class Price
    {
        public const double EngineCore = 85;
        public const double Io2Gib = 0.15;
        public const double Io2Iops = 0.078;
        public const double TierNode = 90;
        public const double TierNodeCores = 2;
        public const double EksCluster = 73;
        public const double AuroraUnit = 117;
        public const double AuroraUnitRowsPerSecond = 4_000;
        public const double AuroraMillionIo = 0.22;
        public const double DynamoMillionWrites = 0.76;
        public const double RedisNode = 190;
        public const double KinesisStream = 35;
        public const double KinesisGibIn = 0.095;
        public const double SqsMillion = 0.5;
        public const double BalancerBase = 20;
        public const double BalancerUnit = 6.5;
        public const double CloudFrontMillion = 1.2;
        public const double TransferGib = 0.085;
        public const double NatAndEndpoints = 420;
        public const double ObservabilityBase = 150;
        public const double ArchiveGib = 0.0045;
    }
}
