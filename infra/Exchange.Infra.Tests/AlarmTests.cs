using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Exchange.Infra.Stacks;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>Every alarm wakes somebody, who finds a page that says what to do, in commands.</summary>
public sealed partial class AlarmTests
{
    private static readonly List<Resource> Alarms = [.. Templates.Production.OfType("AWS::CloudWatch::Alarm")];

    private static readonly string[] AlarmNames = [.. Alarms.Select(alarm => ((string)alarm.At("AlarmName")!)["exchange-production-".Length..])];

    private static readonly string[] Runbooks =
        [.. Directory.GetFiles(RepositoryRoot.Path("infra", "runbooks"), "*.md", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "README.md")
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path("infra", "runbooks"), file))];

    // As the text stands in the template: apostrophes as they are.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public void Alarms_are_found() => Assert.That(AlarmNames, Does.Contain("leader-missing").And.Contain("dead-letters").And.Contain("data-volume-full"));

    [Test]
    public void Every_alarm_wakes_somebody_and_tells_when_it_is_over()
    {
        var topic = Templates.Production.Single("AWS::SNS::Topic");
        Assert.That(Templates.Production.OfType("AWS::SNS::Subscription").Select(subscription => (string?)subscription.At("Endpoint")), Is.EqualTo(new[] { Templates.Production.Settings.Budget.AlarmEmail }));
        foreach (var alarm in Alarms)
        {
            Assert.That(alarm.At("AlarmActions")!.ToJsonString(), Does.Contain(topic.Id), alarm.ToString());
            Assert.That(alarm.At("OKActions")!.ToJsonString(), Does.Contain(topic.Id), alarm.ToString());
            Assert.That((bool?)alarm.At("ActionsEnabled") ?? true, Is.True, alarm.ToString());
        }
    }

    [Test]
    public void Every_alarm_has_a_runbook_and_every_alarm_runbook_an_alarm() =>
        Assert.That(
            Runbooks.Where(file => file.StartsWith("alarms", StringComparison.Ordinal)).Select(file => $"infra/runbooks/{file}"), Is.EquivalentTo(Alarms.Select(RunbookOf).Distinct()));

    [TestCaseSource(nameof(Runbooks))]
    public void Every_numbered_step_of_a_runbook_is_a_command(string runbook)
    {
        var text = File.ReadAllText(RepositoryRoot.Path("infra", "runbooks", runbook));
        var steps = Step().Matches(text);

        Assert.That(steps, Is.Not.Empty);
        foreach (Match step in steps)
        {
            Assert.That(Command().IsMatch(step.Value), Is.True, $"no command below: {step.Value.Split('\n')[0]}");
        }
    }

    [TestCaseSource(nameof(Runbooks))]
    public void Commands_of_a_runbook_are_ones_that_bash_can_read(string runbook)
    {
        var text = File.ReadAllText(RepositoryRoot.Path("infra", "runbooks", runbook));
        var script = Path.GetTempFileName();
        try
        {
            File.WriteAllText(script, string.Join('\n', Command().Matches(text).Select(match => Indent().Replace(match.Groups[1].Value, ""))));
            var (code, output) = Tool.Run("bash", "-n", script);
            Assert.That(code, Is.Zero, output);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Test]
    public void A_release_stops_at_the_alarms_on_orders()
    {
        var groups = Templates.Production.OfType("AWS::CodeDeploy::DeploymentGroup").ToList();

        Assert.That(groups, Has.Count.EqualTo(2));
        foreach (var group in groups)
        {
            Assert.That((bool)group.At("AutoRollbackConfiguration/Enabled")!, Is.True);
            Assert.That((JsonArray)group.At("AlarmConfiguration/Alarms")!, Has.Count.EqualTo(EngineAlarms.StopRelease.Length));
        }
    }

    [Test]
    public void Dashboard_shows_every_alarm_and_what_it_watches()
    {
        var body = Templates.Production.Single("AWS::CloudWatch::Dashboard").At("DashboardBody")!.ToJsonString(Plain);

        Assert.That(Alarms.Where(alarm => !body.Contains(alarm.Id, StringComparison.Ordinal)).Select(alarm => alarm.Id), Is.Empty);
        Assert.That(Alarms.Where(alarm => !body.Contains(((string)alarm.At("AlarmDescription")!).Split(". Runbook")[0], StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Budget_tells_at_80_percent_and_when_it_will_be_exceeded()
    {
        var notices = (JsonArray)Templates.Production.Single("AWS::Budgets::Budget").At("NotificationsWithSubscribers")!;

        Assert.That(
            notices.Select(notice => ((string)notice!["Notification"]!["NotificationType"]!, (double)notice["Notification"]!["Threshold"]!)),
            Is.EquivalentTo(new[] { ("ACTUAL", 80.0), ("FORECASTED", 100.0) }));
    }

    private static string RunbookOf(Resource alarm) => ((string)alarm.At("AlarmDescription")!).Split("Runbook: ")[1];

    // From a number to the next one or a heading.
    [GeneratedRegex(@"^\d+\. .*?(?=^\d+\. |^#|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Step();

    [GeneratedRegex(@"^ *```bash\n(.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Command();

    [GeneratedRegex("^ {3}", RegexOptions.Multiline)]
    private static partial Regex Indent();
}
