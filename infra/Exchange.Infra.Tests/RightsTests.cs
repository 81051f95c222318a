using System.Text.Json.Nodes;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>Least privilege: named actions on named resources, but for what is listed here with its reason.</summary>
public sealed class RightsTests
{
    // These services know no resources for these actions.
    private static readonly HashSet<string> AnyResource = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

    // Whole families that belong together: encrypting a data key again, in each of its two directions.
    private static readonly HashSet<string> Families = ["kms:ReEncrypt*", "kms:GenerateDataKey*"];

    private static IEnumerable<(Resource Where, JsonObject Statement)> Statements =>
        from resource in Templates.Production.Resources
        from path in new[] { "PolicyDocument/Statement", "KeyPolicy/Statement", "AssumeRolePolicyDocument/Statement" }
        from statement in (JsonArray?)resource.At(path) ?? []
        where (string?)statement!["Effect"] == "Allow"
        select (resource, (JsonObject)statement);

    [Test]
    public void No_identity_may_do_anything_it_likes()
    {
        // A key's own policy names the account as its administrator; that is not a right of any identity yet.
        var found = Statements.Where(entry => entry.Where.Type != "AWS::KMS::Key")
            .SelectMany(entry => Texts(entry.Statement["Action"]).Where(IsTooWide).Select(action => $"{entry.Where}: {action}"));

        Assert.That(found, Is.Empty);
    }

    [Test]
    public void No_identity_may_act_on_everything()
    {
        var found = Statements.Where(entry => entry.Where.Type is "AWS::IAM::Policy" or "AWS::IAM::ManagedPolicy" && Texts(entry.Statement["Resource"]).Contains("*"))
            .SelectMany(entry => Texts(entry.Statement["Action"]).Where(action => !AnyResource.Contains(action)).Select(action => $"{entry.Where}: {action}"));

        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Hosts_write_to_their_own_logs_only()
    {
        var statements = Statements.Where(entry => Texts(entry.Statement["Action"]).Contains("logs:PutLogEvents")).ToList();

        Assert.That(statements, Has.Count.EqualTo(3), "engine hosts, the tier's pods, the network's flow log");
        Assert.That(statements.Select(entry => entry.Statement["Resource"]!.ToJsonString()), Is.All.Not.Contains("\"*\""));
    }

    [Test]
    public void Archive_can_be_written_and_read_by_a_host_but_not_deleted()
    {
        var actions = Statements.Where(entry => entry.Where.Id.StartsWith("Role", StringComparison.Ordinal) && entry.Where.Stack == "engine")
            .SelectMany(entry => Texts(entry.Statement["Action"]))
            .ToList();

        Assert.That(actions, Does.Contain("s3:PutObject"));
        Assert.That(actions.Where(action => action.Contains("Delete", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Check_finds_what_it_forbids()
    {
        Assert.That(IsTooWide("*"), Is.True);
        Assert.That(IsTooWide("s3:*"), Is.True);
        Assert.That(IsTooWide("s3:Get*"), Is.True);
        Assert.That(IsTooWide("kms:ReEncrypt*"), Is.False);
        Assert.That(IsTooWide("s3:GetObject"), Is.False);
    }

    private static bool IsTooWide(string action) => action.Contains('*', StringComparison.Ordinal) && !Families.Contains(action);

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Texts),
        JsonValue value => [value.ToString()],
        _ => [],
    };
}
