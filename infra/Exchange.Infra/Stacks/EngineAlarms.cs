using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;

namespace Exchange.Infra.Stacks;

/// <summary>Alarms on the path of an order: somebody is woken for each of them.</summary>
internal static class EngineAlarms
{
    /// <summary>The alarms that end a release that is under way.</summary>
    public static readonly string[] StopRelease = ["orders-failing", "leader-missing"];

    public static IEnumerable<AlarmSpec> All(EngineStack engine, EdgeStack edge)
    {
        var balancer = edge.Balancer.Metrics;
        yield return new(
            "leader-missing", "No host takes orders", engine.Leader.Metrics.HealthyHostCount(Statistic("Maximum")), 1, ComparisonOperator.LESS_THAN_THRESHOLD, 2,
            TreatMissingData.BREACHING);
        yield return new(
            "two-leaders", "Two hosts take orders at once: stop one now", engine.Leader.Metrics.HealthyHostCount(Statistic("Maximum")), 1, Periods: 1);
        yield return new("orders-failing", "The exchange answers requests with 5xx", balancer.HttpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, Statistic("Sum")), 20, Periods: 2);
        yield return new("balancer-failing", "The load balancer itself answers 5xx: no host, or none that answers in time", balancer.HttpCodeElb(HttpCodeElb.ELB_5XX_COUNT, Statistic("Sum")), 20, Periods: 2);
        yield return new("answers-slow", "Answers take more than 100 ms at p99", balancer.TargetResponseTime(Statistic("p99")), 0.1, Periods: 5);
        yield return new("connections-refused", "The load balancer refuses connections", balancer.RejectedConnectionCount(Statistic("Sum")), 0, Periods: 1);
        foreach (var colour in EngineStack.Colours)
        {
            var group = new Dictionary<string, string> { ["AutoScalingGroupName"] = engine.Groups[colour].AutoScalingGroupName };
            yield return new($"host-{colour}-failed", $"The {colour} host fails its status checks", Series.Of("AWS/EC2", "StatusCheckFailed", "Maximum", group), 0, Periods: 2, Missing: TreatMissingData.BREACHING) { Runbook = "host-failed" };
            yield return new($"host-{colour}-busy", $"The {colour} host's processors are busy", Series.Of("AWS/EC2", "CPUUtilization", "Average", group), 85, Periods: 10) { Runbook = "host-busy" };
        }
    }

    private static MetricOptions Statistic(string statistic) => new() { Statistic = statistic, Period = Series.Minute };
}
