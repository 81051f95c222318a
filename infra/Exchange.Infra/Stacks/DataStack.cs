using Amazon.CDK;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ElastiCache;
using Amazon.CDK.AWS.Kinesis;
using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.RDS;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.SecretsManager;
using Amazon.CDK.AWS.SQS;
using Constructs;
using Exchange.Infra.Settings;
using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;
using Duration = Amazon.CDK.Duration;
using StreamMode = Amazon.CDK.AWS.Kinesis.StreamMode;

namespace Exchange.Infra.Stacks;

/// <summary>
/// The stores behind the journal, the archive of the journal itself, and the secrets. Everything encrypted with one key of the environment,
/// nothing reachable from outside the network. None of them is in the path of an order.
/// </summary>
internal sealed class DataStack : EnvironmentStack
{
    /// <summary>Receives of one message before it goes to the dead-letter queue.</summary>
    private const int ReceivesMax = 5;

    // The lower-case letters that are no hexadecimal digits.
    private const string NotHexadecimal = "ghijklmnopqrstuvwxyz";

    public DataStack(Construct scope, EnvironmentSettings settings, NetworkStack network)
        : base(scope, "data", settings, "Stores of the exchange: Aurora, DynamoDB, Redis, Kinesis, SQS, journal archive, secrets")
    {
        Key = new Key(this, "Key", new KeyProps
        {
            Alias = $"alias/{Prefix}-data",
            Description = $"Data of the exchange, environment {settings.Name}",
            EnableKeyRotation = true,
            RemovalPolicy = DataRemoval,
        });
        EncryptionKeys = HexadecimalSecret("EncryptionKeys", "secrets-key", "Key that encrypts API secrets at rest: Exchange:Secrets:KeyFile");
        OperatorToken = HexadecimalSecret("OperatorToken", "operator-token", "First operator's token: Exchange:Admin");
        OriginSecret = HexadecimalSecret("OriginSecret", "origin-secret", "Header by which the load balancer knows CloudFront", isGlobal: true);
        Archive = NewArchive();
        Aurora = NewAurora(network);
        ((Secret)Aurora.Node.FindChild("Secret")).ApplyRemovalPolicy(DataRemoval);
        Orders = NewOrders();
        Books = NewBooks();
        RedisToken = HexadecimalSecret("RedisToken", "redis-token", "Redis AUTH token");
        Redis = NewRedis(network);
        DeadLetters = NewQueue("DeadLetters", "events-dead.fifo", null);
        Events = NewQueue("Events", "events.fifo", new DeadLetterQueue { Queue = DeadLetters, MaxReceiveCount = ReceivesMax });
        Stream = new Amazon.CDK.AWS.Kinesis.Stream(this, "Stream", new StreamProps
        {
            StreamName = $"{Prefix}-market-audit",
            StreamMode = StreamMode.ON_DEMAND,
            Encryption = StreamEncryption.KMS,
            EncryptionKey = Key,
            RetentionPeriod = Duration.Days(7),
            RemovalPolicy = DataRemoval,
        });
        Scaling.Add(this, settings, this);
    }

    public Key Key { get; }

    public Secret EncryptionKeys { get; }

    public Secret OperatorToken { get; }

    public Secret OriginSecret { get; }

    public Secret RedisToken { get; }

    public Bucket Archive { get; }

    public DatabaseCluster Aurora { get; }

    public TableV2 Orders { get; }

    public TableV2 Books { get; }

    public CfnReplicationGroup Redis { get; }

    /// <summary>Names of Redis' nodes, as its metrics are kept: group, shard, node.</summary>
    public IEnumerable<string> RedisNodes =>
        from shard in Enumerable.Range(1, Settings.Redis.Shards)
        from node in Enumerable.Range(1, Settings.Redis.ReplicasPerShard + 1)
        select $"{Redis.ReplicationGroupId}-{shard:D4}-{node:D3}";

    public Queue Events { get; }

    public Queue DeadLetters { get; }

    public Amazon.CDK.AWS.Kinesis.Stream Stream { get; }

    /// <summary>A secret of 64 hexadecimal digits: 256 bits, as the host's key files have them.</summary>
    private Secret HexadecimalSecret(string id, string name, string description, bool isGlobal = false) => new(this, id, new SecretProps
    {
        SecretName = $"{Prefix}/{name}",
        Description = description,
        EncryptionKey = Key,
        RemovalPolicy = DataRemoval,
        ReplicaRegions = isGlobal && Settings.Region != GlobalEdgeStack.GlobalRegion ? [new ReplicaRegion { Region = GlobalEdgeStack.GlobalRegion }] : null,
        GenerateSecretString = new SecretStringGenerator
        {
            PasswordLength = 64,
            ExcludeUppercase = true,
            ExcludePunctuation = true,
            ExcludeCharacters = NotHexadecimal,
        },
    });

    /// <summary>Closed journal segments and snapshots: what the exchange is rebuilt from when all else is lost.</summary>
    private Bucket NewArchive() => new(this, "Archive", new BucketProps
    {
        BucketName = $"{Prefix}-archive-{Settings.Account}",
        Encryption = BucketEncryption.KMS,
        EncryptionKey = Key,
        BucketKeyEnabled = true,
        BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
        EnforceSSL = true,
        MinimumTLSVersion = 1.2,
        ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
        Versioned = true,
        ObjectLockEnabled = Settings.ArchiveLockDays > 0 ? true : null,
        ObjectLockDefaultRetention = Settings.ArchiveLockDays > 0 ? ObjectLockRetention.Compliance(Duration.Days(Settings.ArchiveLockDays)) : null,
        RemovalPolicy = DataRemoval,
        LifecycleRules =
        [
            new Amazon.CDK.AWS.S3.LifecycleRule
            {
                Id = "segments-grow-cold",
                Transitions = [new Transition { StorageClass = StorageClass.GLACIER_INSTANT_RETRIEVAL, TransitionAfter = Duration.Days(30) }],
                AbortIncompleteMultipartUploadAfter = Duration.Days(2),
            },
        ],
    });

    /// <summary>Accounts, ledger, orders, trades: the history, and later the shared journal with its leadership row.</summary>
    private DatabaseCluster NewAurora(NetworkStack network)
    {
        var version = DatabaseClusterEngine.AuroraPostgres(new AuroraPostgresClusterEngineProps { Version = AuroraPostgresEngineVersion.Of("16.6", "16") });
        var readers = Enumerable.Range(1, Settings.Aurora.Readers)
            .Select(number => ClusterInstance.ServerlessV2($"Reader{number}", new ServerlessV2ClusterInstanceProps
            {
                // The first reader grows with the writer: it is the one that takes over.
                ScaleWithWriter = number == 1,
                EnablePerformanceInsights = true,
                PerformanceInsightEncryptionKey = Key,
            }));
        return new DatabaseCluster(this, "Aurora", new DatabaseClusterProps
        {
            Engine = version,
            ClusterIdentifier = $"{Prefix}-history",
            DefaultDatabaseName = "exchange",
            Credentials = Credentials.FromGeneratedSecret("exchange_owner", new CredentialsBaseOptions { SecretName = $"{Prefix}/aurora", EncryptionKey = Key }),
            Writer = ClusterInstance.ServerlessV2("Writer", new ServerlessV2ClusterInstanceProps { EnablePerformanceInsights = true, PerformanceInsightEncryptionKey = Key }),
            Readers = [.. readers],
            ServerlessV2MinCapacity = Settings.Aurora.MinCapacity,
            ServerlessV2MaxCapacity = Settings.Aurora.MaxCapacity,
            Vpc = network.Vpc,
            VpcSubnets = new SubnetSelection { SubnetType = SubnetType.PRIVATE_ISOLATED },
            SecurityGroups = [network.Aurora],
            StorageEncrypted = true,
            StorageEncryptionKey = Key,
            IamAuthentication = true,
            Backup = new BackupProps { Retention = Duration.Days(Settings.BackupDays), PreferredWindow = "02:00-03:00" },
            PreferredMaintenanceWindow = "sun:03:30-sun:04:30",
            CopyTagsToSnapshot = true,
            DeletionProtection = Settings.ProtectData,
            RemovalPolicy = Settings.ProtectData ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
            CloudwatchLogsExports = ["postgresql"],
            CloudwatchLogsRetention = null,
            ParameterGroup = new ParameterGroup(this, "AuroraParameters", new ParameterGroupProps
            {
                Engine = version,
                Description = "Encrypted connections only; slow statements in the log",
                Parameters = new Dictionary<string, string> { ["rds.force_ssl"] = "1", ["log_min_duration_statement"] = "500" },
            }),
        });
    }

    /// <summary>State of each order by account and id; open orders by symbol through a sparse index.</summary>
    private TableV2 NewOrders() => new(this, "Orders", TableProps("orders", "account", AttributeType.STRING, "orderId", AttributeType.NUMBER,
    [
        new GlobalSecondaryIndexPropsV2
        {
            IndexName = "openBySymbol",
            PartitionKey = new Attribute { Name = "openSymbol", Type = AttributeType.STRING },
            SortKey = new Attribute { Name = "orderId", Type = AttributeType.NUMBER },
        },
    ]));

    /// <summary>Books in chunks of price levels, made valid by their header item.</summary>
    private TableV2 NewBooks() => new(this, "Books", TableProps("books", "symbol", AttributeType.STRING, "chunk", AttributeType.STRING, null));

    private TablePropsV2 TableProps(
        string name, string partition, AttributeType partitionType, string sort, AttributeType sortType, IGlobalSecondaryIndexPropsV2[]? indexes) => new()
        {
            TableName = $"{Prefix}-{name}",
            PartitionKey = new Attribute { Name = partition, Type = partitionType },
            SortKey = new Attribute { Name = sort, Type = sortType },
            GlobalSecondaryIndexes = indexes,
            Billing = Billing.OnDemand(),
            Encryption = TableEncryptionV2.CustomerManagedKey(Key),
            PointInTimeRecovery = true,
            DeletionProtection = Settings.ProtectData,
            RemovalPolicy = DataRemoval,
        };

    /// <summary>Depth, tickers, recent trades, and the fan-out of market data. Rebuilt from the journal when lost.</summary>
    private CfnReplicationGroup NewRedis(NetworkStack network)
    {
        var subnets = new CfnSubnetGroup(this, "RedisSubnets", new CfnSubnetGroupProps
        {
            CacheSubnetGroupName = $"{Prefix}-redis",
            Description = "Isolated subnets",
            SubnetIds = [.. network.Vpc.IsolatedSubnets.Select(subnet => subnet.SubnetId)],
        });
        var group = new CfnReplicationGroup(this, "Redis", new CfnReplicationGroupProps
        {
            ReplicationGroupId = $"{Prefix}-market",
            ReplicationGroupDescription = "Market data of the exchange",
            Engine = "redis",
            EngineVersion = "7.1",
            CacheNodeType = Settings.Redis.NodeType,
            CacheParameterGroupName = "default.redis7.cluster.on",
            NumNodeGroups = Settings.Redis.Shards,
            ReplicasPerNodeGroup = Settings.Redis.ReplicasPerShard,
            AutomaticFailoverEnabled = true,
            MultiAzEnabled = true,
            AtRestEncryptionEnabled = true,
            KmsKeyId = Key.KeyArn,
            TransitEncryptionEnabled = true,
            TransitEncryptionMode = "required",
            AuthToken = RedisToken.SecretValue.UnsafeUnwrap(),
            CacheSubnetGroupName = subnets.CacheSubnetGroupName,
            SecurityGroupIds = [network.Redis.SecurityGroupId],
            SnapshotRetentionLimit = 1,
            SnapshotWindow = "02:00-03:00",
            PreferredMaintenanceWindow = "sun:04:30-sun:05:30",
            AutoMinorVersionUpgrade = true,
        });
        group.AddDependency(subnets);
        return group;
    }

    private Queue NewQueue(string id, string name, DeadLetterQueue? deadLetters) => new(this, id, new QueueProps
    {
        QueueName = $"{Prefix}-{name}",
        Fifo = true,
        ContentBasedDeduplication = false,
        DeduplicationScope = DeduplicationScope.MESSAGE_GROUP,
        FifoThroughputLimit = FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        Encryption = QueueEncryption.KMS,
        EncryptionMasterKey = Key,
        EnforceSSL = true,
        RetentionPeriod = Duration.Days(14),
        VisibilityTimeout = Duration.Seconds(60),
        DeadLetterQueue = deadLetters,
        RemovalPolicy = DataRemoval,
    });
}
