using System.Text.Json.Nodes;
using Exchange.Infra.Settings;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

public sealed class SettingsTests
{
    private static readonly string Production = File.ReadAllText(RepositoryRoot.Path("infra", "environments", "production.json"));

    [TestCase("account", "\"12345\"", "account '12345': write the 12 digits")]
    [TestCase("region", "\"Frankfurt\"", "region 'Frankfurt': write for example eu-central-1")]
    [TestCase("availabilityZones", "[\"eu-central-1a\",\"eu-central-1a\",\"eu-central-1b\"]", "write three different zones")]
    [TestCase("vpcCidr", "\"8.8.0.0/16\"", "write a private block")]
    [TestCase("vpcCidr", "\"10.0.0.0/24\"", "from /16 to /20")]
    [TestCase("natGateways", "1", "production needs 3")]
    [TestCase("protectData", "false", "production's data is always protected")]
    [TestCase("backupDays", "36", "backupDays is 36: write 1 to 35 days")]
    [TestCase("logDays", "42", "logDays 42: write one of 1, 3, 5")]
    [TestCase("engine/volumeType", "\"gp2\"", "write io2 or gp3")]
    [TestCase("engine/volumeIops", "500", "engine.volumeIops is 500: write 1000 to 64000")]
    [TestCase("engine/volumeMibPerSecond", "250", "0 for io2")]
    [TestCase("engine/coreCount", "1", "engine.coreCount is 1: write 2 to 96")]
    [TestCase("aurora/maxCapacity", "2", "not below minCapacity")]
    [TestCase("aurora/readers", "0", "one of them takes over")]
    [TestCase("redis/replicasPerShard", "0", "failover needs one")]
    [TestCase("tier/minNodes", "1", "so that a zone may fail")]
    [TestCase("tier/kubernetesVersion", "\"latest\"", "write for example 1.33")]
    [TestCase("edge/globalCertificateArn", "\"arn:aws:acm:eu-central-1:1:certificate/x\"", "CloudFront takes none from elsewhere")]
    [TestCase("edge/cloudFrontPrefixListId", "\"\"", "it begins with pl-")]
    [TestCase("budget/alarmEmail", "\"nobody\"", "write the address that alarms go to")]
    [TestCase("name", "\"staging\"", "write production, as the file is called")]
    public void Wrong_value_is_refused_with_what_to_write(string path, string value, string complaint)
    {
        var wrong = With(path, JsonNode.Parse(value));

        Assert.That(() => EnvironmentSettings.Parse(wrong, "production"), Throws.TypeOf<SettingsException>().With.Message.Contains(complaint));
    }

    [TestCaseSource(typeof(Templates), nameof(Templates.EnvironmentNames))]
    public void Settings_of_every_environment_are_accepted(string name) =>
        Assert.That(EnvironmentSettings.Read(RepositoryRoot.Path("infra", "environments"), name).Name, Is.EqualTo(name));

    [Test]
    public void Unknown_environment_is_refused_with_those_that_exist() =>
        Assert.That(
            () => EnvironmentSettings.Read(RepositoryRoot.Path("infra", "environments"), "prod"),
            Throws.TypeOf<SettingsException>().With.Message.Contains("write one of production, sandbox, staging"));

    [Test]
    public void Misspelt_setting_is_refused_by_name() =>
        Assert.That(
            () => EnvironmentSettings.Parse(With("natGateway", 3), "production"),
            Throws.TypeOf<SettingsException>().With.Message.Contains("natGateway"));

    [Test]
    public void Missing_setting_is_refused_by_name()
    {
        var json = (JsonObject)JsonNode.Parse(Production)!;
        json.Remove("backupDays");

        Assert.That(() => EnvironmentSettings.Parse(json.ToJsonString(), "production"), Throws.TypeOf<SettingsException>().With.Message.Contains("backupDays"));
    }

    [Test]
    public void All_complaints_are_told_at_once() =>
        Assert.That(
            () => EnvironmentSettings.Parse(With("backupDays", 0, With("account", "1")), "production"),
            Throws.TypeOf<SettingsException>().With.Message.Contains("backupDays").And.Message.Contains("account"));

    private static string With(string path, JsonNode? value, string? json = null)
    {
        var root = (JsonObject)JsonNode.Parse(json ?? Production)!;
        var steps = path.Split('/');
        var parent = steps[..^1].Aggregate(root, (node, step) => (JsonObject)node[step]!);
        parent[steps[^1]] = value;
        return root.ToJsonString();
    }
}
