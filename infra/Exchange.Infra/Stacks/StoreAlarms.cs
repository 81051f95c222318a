using Amazon.CDK.AWS.CloudWatch;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>Alarms on the stores. None of them stops trading: they say that what is shown falls behind, or soon will.</summary>
internal static class StoreAlarms
{
    public static IEnumerable<AlarmSpec> All(EnvironmentSettings settings, DataStack data)
    {
        var cluster = new Dictionary<string, string> { ["DBClusterIdentifier"] = data.Aurora.ClusterIdentifier };
        yield return new("aurora-capacity", "Aurora runs at its capacity limit: history falls behind", Series.Of("AWS/RDS", "ACUUtilization", "Average", cluster), 90, Periods: 10);
        yield return new("aurora-reader-lag", "Aurora's readers are more than 5 s behind the writer", Series.Of("AWS/RDS", "AuroraReplicaLagMaximum", "Maximum", cluster), 5_000, Periods: 5);
        yield return new("aurora-connections", "Aurora has unusually many connections: something does not close them", Series.Of("AWS/RDS", "DatabaseConnections", "Maximum", cluster), 400, Periods: 5);
        foreach (var (name, table) in new[] { ("orders", data.Orders), ("books", data.Books) })
        {
            var dimensions = new Dictionary<string, string> { ["TableName"] = table.TableName };
            yield return new($"dynamodb-{name}-throttled", $"DynamoDB refuses writes to {name}: the projection falls behind", Series.Of("AWS/DynamoDB", "WriteThrottleEvents", "Sum", dimensions), 0, Periods: 5) { Runbook = "dynamodb-throttled" };
        }

        yield return new("redis-memory", "Redis is nearly full: market data will be evicted", WorstNode(data, "DatabaseMemoryUsageCountedForEvictPercentage"), 80, Periods: 5);
        yield return new("redis-processor", "A Redis node's engine is busy: scale out", WorstNode(data, "EngineCPUUtilization"), 75, Periods: 5);
        yield return new("redis-replica-lag", "A Redis replica is more than 5 s behind", WorstNode(data, "ReplicationLag"), 5, Periods: 5);
        yield return new(
            "dead-letters", "Events that nobody could process lie in the dead-letter queue",
            Series.Of("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", Queue(data.DeadLetters.QueueName)), 0, Periods: 1);
        yield return new(
            "events-unread", "Events wait for more than ten minutes: the consumers are gone or slow",
            Series.Of("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", Queue(data.Events.QueueName)), 600);
        yield return new(
            "stream-throttled", "Kinesis refuses records: the audit stream falls behind",
            Series.Of("AWS/Kinesis", "WriteProvisionedThroughputExceeded", "Sum", new Dictionary<string, string> { ["StreamName"] = data.Stream.StreamName }), 0, Periods: 5);
    }

    private static Dictionary<string, string> Queue(string name) => new() { ["QueueName"] = name };

    /// <summary>Returns the highest value of all nodes: a mean would hide the one that is full.</summary>
    private static MathExpression WorstNode(DataStack data, string metric) => new(new MathExpressionProps
    {
        Expression = "MAX(METRICS())",
        Label = metric,
        Period = Series.Minute,
        UsingMetrics = data.RedisNodes.Index().ToDictionary(
            node => $"node{node.Index}",
            node => (IMetric)Series.Of("AWS/ElastiCache", metric, "Maximum", new Dictionary<string, string> { ["CacheClusterId"] = node.Item })),
    });
}
