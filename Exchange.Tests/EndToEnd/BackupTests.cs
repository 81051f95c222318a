using System.Text.Json;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>`Exchange.Host backup` on the data directory of a running host, and a host that starts from the copy.</summary>
public sealed class BackupTests
{
    private const int FailureExitCode = 70;
    private const int UsageExitCode = 64;

    [Test]
    public async Task A_backup_of_a_running_host_starts_with_its_accounts_and_keys()
    {
        var copy = Directory.CreateTempSubdirectory("exchange-backup-");
        try
        {
            await using var host = new HostProcess();
            await host.StartAsync();
            using var client = new HttpClient();
            using var funds = new StringContent("""{"balances":{"USDT":"1234"}}""");
            using var opened = await client.PostAsync($"{host.Url}/sandbox/accounts", funds);
            var account = JsonDocument.Parse(await opened.Content.ReadAsStringAsync()).RootElement.GetProperty("accountId").GetInt64();
            var before = Sequence(await host.WaitForHealthAsync("ready", System.Net.HttpStatusCode.OK));

            var (exitCode, output) = await BackupAsync(host.DataDirectory, copy.FullName);

            Assert.That(exitCode, Is.Zero, output);
            Assert.That(output, Does.Contain($"up to sequence {before}"));
            await using var second = new HostProcess(copy.FullName);
            await second.StartAsync();
            var health = await second.WaitForHealthAsync("ready", System.Net.HttpStatusCode.OK);
            Assert.That(Sequence(health), Is.GreaterThanOrEqualTo(before));
            Assert.That(
                File.ReadAllText(Path.Combine(copy.FullName, "sandbox-key.json")), Is.EqualTo(File.ReadAllText(Path.Combine(host.DataDirectory, "sandbox-key.json"))));
            using var more = new StringContent("""{"balances":{"USDT":"1"}}""");
            using var next = await client.PostAsync($"{second.Url}/sandbox/accounts", more);
            Assert.That(
                JsonDocument.Parse(await next.Content.ReadAsStringAsync()).RootElement.GetProperty("accountId").GetInt64(), Is.EqualTo(account + 1), "the copy knows the accounts");

            // A second backup would mix two directories.
            var (again, complaint) = await BackupAsync(host.DataDirectory, copy.FullName);
            Assert.That(again, Is.EqualTo(FailureExitCode));
            Assert.That(complaint, Does.Contain("choose an empty directory"));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    [Test]
    public async Task A_backup_without_a_place_tells_how_it_is_written()
    {
        await using var process = ChildProcess.Start(HostProcess.HostDll, ["backup"], new Dictionary<string, string>());

        Assert.That(await process.WaitForExitAsync(HostProcess.Patience), Is.EqualTo(UsageExitCode));
        Assert.That(process.Output, Does.Contain("usage: Exchange.Host backup DIRECTORY"));
    }

    [Test]
    public async Task Health_tells_of_snapshots()
    {
        await using var host = new HostProcess();
        await host.StartAsync();

        var health = JsonDocument.Parse(await host.WaitForHealthAsync("ready", System.Net.HttpStatusCode.OK)).RootElement;

        Assert.That(health.GetProperty("snapshotSequence").GetInt64(), Is.Zero, "no segment was closed yet");
        Assert.That(health.GetProperty("problem").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(health.GetProperty("rebuildNeeded").GetArrayLength(), Is.Zero);
        Assert.That(health.GetProperty("disk").GetString(), Is.EqualTo("normal"));
    }

    private static async Task<(int ExitCode, string Output)> BackupAsync(string directory, string copy)
    {
        await using var process = ChildProcess.Start(HostProcess.HostDll, ["backup", copy, $"--Exchange:DataDirectory={directory}"], new Dictionary<string, string>());
        var exitCode = await process.WaitForExitAsync(HostProcess.Patience);
        return (exitCode, process.Output);
    }

    private static long Sequence(string health) => JsonDocument.Parse(health).RootElement.GetProperty("sequence").GetInt64();
}
