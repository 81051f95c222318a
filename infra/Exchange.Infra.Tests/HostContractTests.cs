using System.Reflection;
using System.Text.RegularExpressions;
using Exchange.Host.Health;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>What the infrastructure believes of the host, compared with the host's own assemblies.</summary>
public sealed partial class HostContractTests
{
    // Settings of the framework and of OpenTelemetry, which their own assemblies define.
    private static readonly string[] ForeignVariables =
    [
        "ASPNETCORE_URLS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_METRIC_EXPORT_INTERVAL",
        "DOTNET_TieredPGO", "DOTNET_gcConcurrent", "DOTNET_EnableDiagnostics",
    ];

    private static readonly string[] SomeOptions = ["Exchange:DataDirectory", "Exchange:Engine:EngineCpu", "Exchange:Sandbox:AllowRemote"];

    private static readonly HashSet<string> Options = ReadOptions();

    [TestCase("infra/deploy/exchange.env")]
    [TestCase("infra/deploy/bootstrap.sh")]
    [TestCase("infra/deploy/fetch-secrets")]
    [TestCase("Dockerfile")]
    public void Every_setting_is_an_option_of_the_host(string file)
    {
        var settings = Setting().Matches(Read(file)).Select(match => match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)).Distinct().ToList();

        Assert.That(settings, Is.Not.Empty);
        Assert.That(settings.Where(setting => !Options.Contains(setting)), Is.Empty);
    }

    [Test]
    public void Every_other_setting_of_the_unit_is_a_known_one()
    {
        var names = Read("infra/deploy/exchange.env").Split('\n').Where(line => line.Contains('=') && !line.StartsWith('#')).Select(line => line.Split('=')[0]);

        Assert.That(names.Where(name => !name.StartsWith("Exchange__", StringComparison.Ordinal)), Is.EquivalentTo(ForeignVariables));
    }

    [Test]
    public void Health_checks_ask_where_the_host_answers()
    {
        Assert.That(HostContract.ReadyPath, Is.EqualTo(HealthEndpoints.ReadyPath));
        Assert.That(HostContract.LivePath, Is.EqualTo(HealthEndpoints.LivePath));
        var groups = Templates.Production.OfType("AWS::ElasticLoadBalancingV2::TargetGroup").ToList();
        Assert.That(groups, Has.Count.EqualTo(4), "leader, blue, green, tier");
        Assert.That(groups.Select(group => (string?)group.At("HealthCheckPath")), Is.All.EqualTo(HealthEndpoints.ReadyPath));
        Assert.That(groups.Select(group => (int)group.At("Port")!), Is.All.EqualTo(8080));
        Assert.That(Read("Dockerfile"), Does.Contain($"GET {HealthEndpoints.LivePath} "));
        Assert.That(Read("infra/deploy/hooks/validate-service.sh"), Does.Contain($"127.0.0.1:{HostContract.TradingPort}{HealthEndpoints.ReadyPath}"));
    }

    [Test]
    public void Unit_starts_a_venue_on_the_ports_and_folders_that_the_network_and_the_disks_have()
    {
        var settings = Read("infra/deploy/exchange.env").Split('\n').Where(line => line.Contains('=')).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.That(settings["Exchange__Mode"], Is.EqualTo("venue"));
        Assert.That(settings["ASPNETCORE_URLS"], Is.EqualTo($"http://0.0.0.0:{HostContract.TradingPort}"));
        Assert.That(settings["Exchange__ControlUrl"], Is.EqualTo($"http://127.0.0.1:{HostContract.ControlPort}"), "administration is reached on the host alone");
        Assert.That(settings["Exchange__DataDirectory"], Does.StartWith(HostContract.DataFolder + "/"));
        Assert.That(settings["OTEL_EXPORTER_OTLP_ENDPOINT"], Is.EqualTo($"http://127.0.0.1:{HostContract.OtlpPort}"));
        Assert.That(settings["Exchange__Api__ForwardedHops"], Is.EqualTo("2"), "CloudFront and the load balancer");
    }

    [Test]
    public void Load_balancer_waits_longer_than_a_stopping_host_needs()
    {
        var delays = Templates.Production.OfType("AWS::ElasticLoadBalancingV2::TargetGroup")
            .Select(group => group.At("TargetGroupAttributes")!.ToJsonString());

        Assert.That(delays, Is.All.Contains($$"""{"Key":"deregistration_delay.timeout_seconds","Value":"{{2 * HostContract.ShutdownSeconds}}"}"""));
        Assert.That(Read("Exchange.Host/Composition/HostSetup.cs"), Does.Contain($"TimeSpan.FromSeconds({HostContract.ShutdownSeconds})"));
    }

    [Test]
    public void Options_are_really_read()
    {
        Assert.That(Options, Is.SupersetOf(SomeOptions));
        Assert.That(Options, Does.Not.Contain("Exchange:DataDirectori"));
    }

    /// <summary>Returns every option of every options class: a class with a constant <c>Section</c>, and the objects in it.</summary>
    private static HashSet<string> ReadOptions()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "Exchange.*.dll").Where(file => !Path.GetFileName(file).StartsWith("Exchange.Infra", StringComparison.Ordinal)))
        {
            foreach (var type in Assembly.LoadFrom(file).GetTypes())
            {
                if (type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() is string section)
                {
                    Add(names, section, type);
                }
            }
        }

        return names;
    }

    private static void Add(HashSet<string> names, string section, Type type)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            names.Add($"{section}:{property.Name}");
            if (property.PropertyType.Namespace!.StartsWith("Exchange", StringComparison.Ordinal) && property.PropertyType.IsClass)
            {
                Add(names, $"{section}:{property.Name}", property.PropertyType);
            }
        }
    }

    private static string Read(string file) => File.ReadAllText(RepositoryRoot.Path(file.Split('/')));

    [GeneratedRegex(@"\b(Exchange__\w+)=")]
    private static partial Regex Setting();
}
