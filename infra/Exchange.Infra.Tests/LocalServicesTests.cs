using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>The stores on this machine: the script starts and ends them, and says the same as the compose file for those with Docker.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class LocalServicesTests
{
    private static readonly string Compose = File.ReadAllText(RepositoryRoot.Path("infra", "local", "compose.yaml"));
    private static readonly string Script = File.ReadAllText(RepositoryRoot.Path("infra", "local", "services"));

    [Test]
    public void Stores_start_answer_and_end()
    {
        if (Environment.UserName != "root" && !File.Exists("/usr/lib/postgresql/15/bin/postgres"))
        {
            Assert.Ignore("PostgreSQL is not on this machine, and only root may install it");
        }

        // Where the database's own user may go: a home folder would shut it out.
        var run = Path.Combine("/var/tmp", $"exchange-services-{Environment.ProcessId}");
        var services = RepositoryRoot.Path("infra", "local", "services");
        try
        {
            // Its output goes to a file: the servers it leaves running would hold a pipe open.
            var (code, output) = Tool.Run("bash", "-c", $"'{services}' up '{run}' > '{run}.log' 2>&1; code=$?; cat '{run}.log'; exit $code");
            Assert.That(code, Is.Zero, output);
            var addresses = Address().Matches(output).Select(match => (Name: match.Groups[1].Value, Port: int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture))).ToList();
            Assert.That(addresses.Select(address => address.Name), Is.EqualTo(new[] { "POSTGRES", "REDIS", "DYNAMODB", "KINESIS", "SQS", "S3" }));
            foreach (var (name, port) in addresses)
            {
                Assert.That(Answers(port), Is.True, name);
            }

            Assert.That(Tool.Run(services, "status", run).Code, Is.Zero);
            Assert.That(Tool.Run(services, "down", run).Code, Is.Zero);
            Assert.That(addresses.Where(address => Answers(address.Port)), Is.Empty, "nothing is left running");
            Assert.That(Directory.Exists(run), Is.False, "their data is gone");
        }
        finally
        {
            Tool.Run(services, "down", run);
            File.Delete(run + ".log");
        }
    }

    [Test]
    public void Compose_has_the_same_stores_of_the_same_versions()
    {
        Assert.That(Service().Matches(Compose).Select(match => match.Groups[1].Value), Is.EqualTo(new[] { "exchange", "postgres", "redis", "emulators" }));
        Assert.That(Regex.Match(Compose, @"image: postgres:(\d+)").Groups[1].Value, Is.EqualTo(Regex.Match(Script, @"postgres_version=(\d+)").Groups[1].Value));
        Assert.That(Compose, Does.Contain("- ./emulators:/emulators:ro"), "the emulators of the script, by their own lock file");
        foreach (var setting in new[] { "fsync=on", "synchronous_commit=on" })
        {
            Assert.That(Compose, Does.Contain(setting));
            Assert.That(Script, Does.Contain(setting.Replace("=", " = ", StringComparison.Ordinal)));
        }
    }

    [Test]
    public void Compose_listens_on_loopback_only() =>
        Assert.That(Port().Matches(Compose).Select(match => match.Groups[1].Value), Is.Not.Empty.And.All.StartsWith("127.0.0.1:"));

    private static bool Answers(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^EXCHANGE_(\w+)=(?:.*?Port=|.*127\.0\.0\.1:)(\d+)", RegexOptions.Multiline)]
    private static partial Regex Address();

    [GeneratedRegex(@"^  (\w+):\n    (?:build|image):", RegexOptions.Multiline)]
    private static partial Regex Service();

    [GeneratedRegex(@"^ +- ([\d.]+:?\d+:\d+)$", RegexOptions.Multiline)]
    private static partial Regex Port();
}
