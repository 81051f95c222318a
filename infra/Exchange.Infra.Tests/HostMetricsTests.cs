using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Exchange.Host.Composition;
using Exchange.Host.Telemetry;
using Exchange.Infra.Stacks;
using Exchange.Infra.Tests.Support;
using Exchange.Matching.Pipeline;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>Alarms watch metrics that the host really has, and the collector lets them through.</summary>
public sealed class HostMetricsTests
{
    private static readonly List<(string Name, List<string> Dimensions)> Watched = [.. Metrics(Templates.Production.OfType("AWS::CloudWatch::Alarm"))];

    private static readonly string Collector = File.ReadAllText(RepositoryRoot.Path("infra", "otel", "collector.yaml"));

    [Test]
    public void Every_metric_of_the_exchange_that_an_alarm_watches_is_one_of_the_hosts_instruments()
    {
        var watched = Watched.Select(metric => metric.Name).Where(name => name.StartsWith("exchange.", StringComparison.Ordinal)).Distinct().ToList();

        Assert.That(watched, Has.Count.EqualTo(7));
        Assert.That(watched, Is.SubsetOf(Instruments()));
    }

    [Test]
    public void Collector_writes_each_of_them_by_the_dimensions_that_the_alarm_asks_for()
    {
        foreach (var (name, dimensions) in Watched)
        {
            Assert.That(Declared(name), Does.Contain(string.Join(", ", dimensions.Order(StringComparer.Ordinal))), name);
        }
    }

    [Test]
    public void Collector_takes_what_the_host_sends_where_it_sends_it()
    {
        Assert.That(Collector, Does.Contain($"endpoint: 127.0.0.1:{HostContract.OtlpPort}"));
        Assert.That(Collector, Does.Contain($"namespace: {HostAlarms.Namespace}\n"));
        foreach (var group in new[] { "metrics", "host" })
        {
            Assert.That(Collector, Does.Contain($"log_group_name: /exchange-${{env:EXCHANGE_ENVIRONMENT}}/{group}\n"));
            Assert.That(Templates.Production.OfType("AWS::Logs::LogGroup").Select(found => (string?)found.At("LogGroupName")), Does.Contain($"/exchange-production/{group}"));
        }
    }

    /// <summary>Returns the dimension sets that the collector's configuration declares for a metric, each sorted.</summary>
    private static List<string> Declared(string metric)
    {
        var declared = new List<string>();
        string? dimensions = null;
        foreach (var line in Collector.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("- dimensions: [[", StringComparison.Ordinal))
            {
                dimensions = line["- dimensions: [[".Length..^2];
            }
            else if (line.StartsWith("metric_name_selectors: [", StringComparison.Ordinal))
            {
                var selectors = ((JsonArray)JsonNode.Parse(line["metric_name_selectors: ".Length..])!).Select(selector => (string)selector!);
                if (selectors.Any(selector => System.Text.RegularExpressions.Regex.IsMatch(metric, selector)))
                {
                    declared.AddRange(dimensions!.Split("], [").Select(set => string.Join(", ", set.Split(", ").Order(StringComparer.Ordinal))));
                }
            }
        }

        return declared;
    }

    private static HashSet<string> Instruments()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add(instrument.Name) };
        listener.Start();

        // The replicators are asked when a gauge is read, and none is read here.
        using var metrics = new ExchangeMetrics(new PipelineLink(new SystemClock()), null!, Options.Create(new EngineOptions()));
        return names;
    }

    private static IEnumerable<(string Name, List<string> Dimensions)> Metrics(IEnumerable<Resource> alarms) =>
        from alarm in alarms
        from metric in (JsonArray?)alarm.At("Metrics") is { } several ? several.Select(each => each!["MetricStat"]?["Metric"]).Where(each => each is not null) : [alarm.Properties]
        where (string?)metric["Namespace"] == HostAlarms.Namespace
        select ((string)metric["MetricName"]!, ((JsonArray)metric["Dimensions"]!).Select(dimension => (string)dimension!["Name"]!).ToList());
}
