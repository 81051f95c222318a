using System.Runtime.Versioning;
using Exchange.Infra.Tests.Support;
using Npgsql;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>infra/deploy/fetch-secrets with a secret store of the test's: what the host gets of its stores connects it, checked by the classes that read it.</summary>
[SupportedOSPlatform("linux")]
public sealed class FetchSecretsTests
{
    private const string Token = "0123456789abcdef";

    private string _folder = "";

    [SetUp]
    public void Begin() => _folder = Directory.CreateTempSubdirectory("exchange-secrets-").FullName;

    [TearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Connections_of_the_stores_are_whole_and_verified()
    {
        var (code, output) = Run("p4ss=w;ord,x #y");
        Assert.That(code, Is.Zero, output);

        var settings = File.ReadAllLines(Path.Combine(_folder, "run", "stores.env")).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var history = new NpgsqlConnectionStringBuilder(Unquoted(settings["Exchange__Replication__Sql__ConnectionString"]));
        Assert.That((history.Host, history.Port, history.Database, history.Username), Is.EqualTo(("aurora.example", 5432, "exchange", "exchange_owner")));
        Assert.That((history.Password, history.SslMode, history.RootCertificate), Is.EqualTo(("p4ss=w;ord,x #y", SslMode.VerifyFull, "/etc/exchange/aurora-ca.pem")));
        Assert.That(Unquoted(settings["Exchange__Replication__Redis__ConnectionString"]), Is.EqualTo($"redis.example:6379,password={Token}"));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "run", "secrets-key")), Is.EqualTo("key of keys\n"));
        foreach (var file in Directory.GetFiles(Path.Combine(_folder, "run")))
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead), file);
        }
    }

    [TestCase("with'quote")]
    [TestCase("with\\backslash")]
    public void A_password_that_would_end_its_quotes_is_refused_and_nothing_is_written(string password)
    {
        var (code, output) = Run(password);

        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("give it another one").And.Not.Contain(password));
        Assert.That(Directory.GetFiles(Path.Combine(_folder, "run")), Is.Empty);
    }

    [Test]
    public void Templates_name_the_stores_that_they_make()
    {
        foreach (var template in Templates.Production.OfType("AWS::EC2::LaunchTemplate").Where(template => template.Stack == "engine"))
        {
            var script = UserData.Of(template);
            foreach (var name in (string[])["AURORA_SECRET_ID", "REDIS_TOKEN_ID", "EVENTS_QUEUE", "AUDIT_STREAM"])
            {
                Assert.That(script, Does.Contain($"export EXCHANGE_{name}=reference\n"), "another stack's resource, whatever it is called");
            }

            Assert.That(script, Does.Contain("export EXCHANGE_REDIS_ADDRESS=reference:reference\n"));
            var prefix = script.Split('\n').Single(line => line.StartsWith("export EXCHANGE_TABLE_PREFIX=", StringComparison.Ordinal)).Split('=')[1];
            var tables = Templates.Production.OfType("AWS::DynamoDB::GlobalTable").Select(table => (string?)table.At("TableName"));
            Assert.That(tables, Is.EquivalentTo((string[])[$"{prefix}-orders", $"{prefix}-books"]));
        }
    }

    private static string Unquoted(string value)
    {
        Assert.That(value, Does.StartWith("\"").And.EndWith("\""), "systemd takes off one pair of quotes");
        return value[1..^1];
    }

    private (int Code, string Output) Run(string password)
    {
        var secrets = Path.Combine(_folder, "secrets");
        Directory.CreateDirectory(secrets);
        Directory.CreateDirectory(Path.Combine(_folder, "run"));
        File.WriteAllText(Path.Combine(secrets, "key"), "key of keys");
        File.WriteAllText(Path.Combine(secrets, "operator"), "token");
        File.WriteAllText(Path.Combine(secrets, "redis"), Token);
        File.WriteAllText(
            Path.Combine(secrets, "aurora"),
            new System.Text.Json.Nodes.JsonObject
            {
                ["host"] = "aurora.example",
                ["port"] = 5432,
                ["dbname"] = "exchange",
                ["username"] = "exchange_owner",
                ["password"] = password,
            }.ToJsonString());
        Program("aws", $"while [[ $1 != --secret-id ]]; do shift; done; cat {secrets}/$2; echo");
        Program("chown", "exit 0");
        if (!Tool.IsThere("jq"))
        {
            Assert.Ignore("jq is not on this machine");
        }

        string[] environment =
        [
            $"PATH={_folder}:{Environment.GetEnvironmentVariable("PATH")}", $"RUNTIME_DIRECTORY={_folder}/run", "EXCHANGE_REGION=eu-central-1", "EXCHANGE_SECRETS_KEY_ID=key",
            "EXCHANGE_OPERATOR_TOKEN_ID=operator", "EXCHANGE_AURORA_SECRET_ID=aurora", "EXCHANGE_REDIS_TOKEN_ID=redis", "EXCHANGE_REDIS_ADDRESS=redis.example:6379",
        ];
        return Tool.Run("env", [.. environment, RepositoryRoot.Path("infra", "deploy", "fetch-secrets")]);
    }

    private void Program(string name, string body)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{body}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
