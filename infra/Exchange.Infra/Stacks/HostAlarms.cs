using Amazon.CDK.AWS.CloudWatch;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>Alarms on what the host itself tells (Exchange.Host/Telemetry) and on what the collector reads of the machine.</summary>
internal static class HostAlarms
{
    /// <summary>Namespace of the metrics that the collector writes (infra/otel/collector.yaml).</summary>
    public const string Namespace = "Exchange";

    public static IEnumerable<AlarmSpec> All(EnvironmentSettings settings)
    {
        yield return new(
            "not-admitting", "The leader takes no commands", Of("exchange.admitting", "Maximum"), 1, ComparisonOperator.LESS_THAN_THRESHOLD, 2, TreatMissingData.BREACHING);
        yield return new("orders-shed", "Orders are refused because the exchange is full", Of("exchange.orders", "Sum", ("exchange.order.outcome", "overloaded")), 0, Periods: 2);
        yield return new("orders-slow", "An order takes more than 50 ms inside the host at p99", Of("exchange.order.duration", "p99"), 0.05, Periods: 5);
        yield return new("journal-sync-slow", "The journal's sync takes more than 20 ms at p99: the volume is slow", Of("exchange.journal.sync.duration", "p99"), 0.02, Periods: 5);
        yield return new("command-ring-full", "More than 80 % of the command ring is in use", RingUse(), 0.8);
        yield return new("replicator-behind", "A store is more than a minute behind the journal", Of("exchange.replicator.lag.duration", "Maximum"), 60, Periods: 5);
        yield return new(
            "data-volume-full", "The journal's volume is more than 80 % full", Of("system.filesystem.utilization", "Maximum", ("mountpoint", HostContract.DataFolder)), 0.8);

        // The collector adds the environment, and no host: of them one leads.
        Metric Of(string name, string statistic, params (string Name, string Value)[] dimensions) => Series.Of(
            Namespace, name, statistic,
            dimensions.Append(("environment", settings.Name)).ToDictionary(dimension => dimension.Item1, dimension => dimension.Item2));

        MathExpression RingUse() => new(new MathExpressionProps
        {
            Expression = "occupancy / capacity",
            Label = "share of the ring",
            Period = Series.Minute,
            UsingMetrics = new Dictionary<string, IMetric>
            {
                ["occupancy"] = Of("exchange.command_ring.occupancy", "Maximum"),
                ["capacity"] = Of("exchange.command_ring.capacity", "Maximum"),
            },
        });
    }
}
