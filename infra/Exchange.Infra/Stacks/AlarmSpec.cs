using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;

namespace Exchange.Infra.Stacks;

/// <summary>One alarm: what is watched, when somebody is woken, and which runbook tells what to do.</summary>
/// <param name="Name">Lower-case words joined by hyphens.</param>
/// <param name="Says">What is wrong, in one sentence, for whoever is woken.</param>
/// <param name="Metric">The series.</param>
/// <param name="Threshold">In the series' unit.</param>
/// <param name="Comparison">How the series is compared with it.</param>
/// <param name="Periods">Periods of the series that must be bad in a row.</param>
/// <param name="Missing">What a silent series means.</param>
internal sealed record AlarmSpec(
    string Name,
    string Says,
    IMetric Metric,
    double Threshold,
    ComparisonOperator Comparison = ComparisonOperator.GREATER_THAN_THRESHOLD,
    double Periods = 3,
    TreatMissingData Missing = TreatMissingData.NOT_BREACHING)
{
    /// <summary>Name of the page in <c>infra/runbooks/alarms</c>; the alarm's own, unless several share one.</summary>
    public string Runbook { get; init; } = Name;
}

/// <summary>Short ways to name a series.</summary>
internal static class Series
{
    public static readonly Duration Minute = Duration.Minutes(1);

    /// <summary>Returns a series of one-minute values.</summary>
    public static Metric Of(string @namespace, string name, string statistic, Dictionary<string, string> dimensions, string? label = null) => new(new MetricProps
    {
        Namespace = @namespace,
        MetricName = name,
        Statistic = statistic,
        DimensionsMap = dimensions,
        Period = Minute,
        Label = label,
    });
}
