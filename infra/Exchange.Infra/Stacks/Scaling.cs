using Amazon.CDK.AWS.ApplicationAutoScaling;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>
/// What grows by itself besides what is on demand (DynamoDB, Kinesis) or serverless (Aurora's capacity): read replicas. The engine is not here:
/// behind one book there is one writer, and more of them are shards (infra/README.md).
/// </summary>
internal static class Scaling
{
    /// <summary>Average processor use that a group of replicas is kept at, percent.</summary>
    public const double TargetPercent = 60;

    private const int AuroraReadersMax = 15;
    private const int RedisReplicasMax = 5;

    public static void Add(Construct scope, EnvironmentSettings settings, DataStack data)
    {
        Track(scope, "AuroraReaders", new ScalableTargetProps
        {
            ServiceNamespace = ServiceNamespace.RDS,
            ResourceId = $"cluster:{data.Aurora.ClusterIdentifier}",
            ScalableDimension = "rds:cluster:ReadReplicaCount",
            MinCapacity = settings.Aurora.Readers,
            MaxCapacity = AuroraReadersMax,
        }, PredefinedMetric.RDS_READER_AVERAGE_CPU_UTILIZATION);

        // Burstable nodes cannot be scaled this way.
        if (!settings.Redis.NodeType.StartsWith("cache.t", StringComparison.Ordinal))
        {
            Track(scope, "RedisReplicas", new ScalableTargetProps
            {
                ServiceNamespace = ServiceNamespace.ELASTICACHE,
                ResourceId = $"replication-group/{data.Redis.Ref}",
                ScalableDimension = "elasticache:replication-group:Replicas",
                MinCapacity = settings.Redis.ReplicasPerShard,
                MaxCapacity = RedisReplicasMax,
            }, PredefinedMetric.ELASTICACHE_REPLICA_ENGINE_CPU_UTILIZATION);
        }
    }

    private static void Track(Construct scope, string id, ScalableTargetProps props, PredefinedMetric metric) =>
        new ScalableTarget(scope, id, props).ScaleToTrackMetric("Processor", new BasicTargetTrackingScalingPolicyProps { PredefinedMetric = metric, TargetValue = TargetPercent });
}
