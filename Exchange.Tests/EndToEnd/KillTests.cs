using System.Globalization;
using System.Text.Json;
using Exchange.Tests.Support;
using Exchange.Tests.Support.CrashClient;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// The exchange is killed again and again while clients trade as fast as it answers (RELIABILITY.md, B1). Environment:
/// EXCHANGE_KILLS, rounds (20); EXCHANGE_KILL_ACKS, acknowledgements before each kill at least (100); EXCHANGE_SEED, what a run printed.
/// </summary>
public sealed class KillTests
{
    private const int Accounts = 6;
    private const int Connections = 12;
    private const int ShortestRunMs = 50;
    private const int LongestRunMs = 1_500;
    private const int ShownBreaches = 20;

    private static readonly Dictionary<string, decimal> DepositsPerAccount =
        new() { ["USDT"] = 50_000_000, ["BTC"] = 10_000, ["ETH"] = 10_000 };

    [Test]
    public async Task Killed_exchanges_lose_nothing_that_was_acknowledged_and_execute_nothing_twice()
    {
        var rounds = Setting("EXCHANGE_KILLS", 20);
        var enough = Setting("EXCHANGE_KILL_ACKS", 100);
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : (ulong)Environment.ProcessId * 1_000_003 % 1_000_000_007;
        var random = new SplitMix64(seed);
        await TestContext.Progress.WriteLineAsync($"kill test: {rounds} rounds, EXCHANGE_SEED={seed}");

        await using var host = new HostProcess();
        await host.StartAsync();
        var accounts = await OpenAccountsAsync(host.Url);
        using var reconciliation = new Reconciliation(
            host.Url, accounts, DepositsPerAccount.ToDictionary(deposit => deposit.Key, deposit => deposit.Value * Accounts));
        for (var round = 1; round <= rounds; round++)
        {
            var requests = await TradeUntilKilledAsync(host, accounts, round, enough, random);
            await host.StartAsync();
            var (recovered, recoveryMs) = await host.RecoveryAsync();
            var told = requests.Max(request => request.Answer?.Sequence ?? 0);
            var report = await ReconcileAsync(reconciliation, requests, random, host);

            await TestContext.Progress.WriteLineAsync(
                $"round {round}: {report.Acknowledged} acknowledged, {report.Refused} refused, {report.Unknown} unknown "
                + $"({report.Executed} orders executed, {report.Absent} absent), {report.Duplicates} duplicates refused, "
                + $"recovered to {recovered} in {recoveryMs} ms");
            Assert.That(reconciliation.Breaches.Take(ShownBreaches), Is.Empty, $"round {round}, EXCHANGE_SEED={seed}");
            Assert.That(recovered, Is.GreaterThanOrEqualTo(told), "an acknowledged sequence is lost");
            Assert.That(report.Acknowledged, Is.GreaterThanOrEqualTo(enough), "too few acknowledgements to prove anything");
        }
    }

    private static int Setting(string name, int normal) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : normal;

    private static async Task<IReadOnlyList<TradingAccount>> OpenAccountsAsync(string url)
    {
        var balances = string.Join(',', DepositsPerAccount.Select(deposit => $"\"{deposit.Key}\":\"{deposit.Value}\""));
        var accounts = new List<TradingAccount>();
        for (var i = 0; i < Accounts; i++)
        {
            accounts.Add(await TradingClient.OpenAccountAsync(url, balances));
        }

        return accounts;
    }

    private static async Task<RoundReport> ReconcileAsync(
        Reconciliation reconciliation, IReadOnlyList<LedgerRequest> requests, SplitMix64 random, HostProcess host)
    {
        try
        {
            return await reconciliation.RunAsync(requests, random);
        }
        catch (HttpRequestException failure)
        {
            throw new InvalidOperationException($"the recovered exchange does not answer any more:\n{host.Output}", failure);
        }
    }

    /// <summary>Returns the ledger of a client that has traded until the host was killed under it.</summary>
    private static async Task<IReadOnlyList<LedgerRequest>> TradeUntilKilledAsync(
        HostProcess host, IReadOnlyList<TradingAccount> accounts, int round, int enough, SplitMix64 random)
    {
        var folder = Directory.CreateTempSubdirectory("exchange-client-");
        try
        {
            var settings = new CrashClientSettings(
                host.Url, Path.Combine(folder.FullName, "ledger"), round, random.Next(), Connections, enough, accounts);
            var file = Path.Combine(folder.FullName, "settings.json");
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
            await using var client = ChildProcess.Start(
                typeof(KillTests).Assembly.Location, [CrashClientProgram.Command, file], new Dictionary<string, string>());
            await client.WaitForOutputAsync(CrashClientProgram.FirstLine, HostProcess.Patience);

            // The moment of the kill is what this test varies; nothing waits for the time to pass.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Between(ShortestRunMs, LongestRunMs)));
            await client.WaitForOutputAsync(CrashClientProgram.EnoughLine, HostProcess.Patience);
            await host.KillAsync();

            Assert.That(await client.WaitForExitAsync(HostProcess.Patience), Is.Zero, client.Output);
            return LedgerRequest.Read(settings.LedgerPath);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
