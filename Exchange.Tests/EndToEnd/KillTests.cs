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
    private const int ShortestRunMs = 50;
    private const int LongestRunMs = 1_500;
    private const int ShownBreaches = 20;

    /// <summary>So many leave more journal behind them than one snapshot waits for.</summary>
    private const int AcknowledgementsForSnapshot = 20_000;

    [Test]
    public async Task Killed_exchanges_lose_nothing_that_was_acknowledged_and_execute_nothing_twice()
    {
        var rounds = LongRun.Setting("EXCHANGE_KILLS", 20);
        var enough = LongRun.Setting("EXCHANGE_KILL_ACKS", 100);
        var seed = LongRun.Seed();
        var random = new SplitMix64(seed);
        await TestContext.Progress.WriteLineAsync($"kill test: {rounds} rounds, EXCHANGE_SEED={seed}");

        await using var host = new HostProcess();
        KeepHouseOften(host, true);
        await host.StartAsync();
        var trading = await CrashTrading.OpenAsync(host.Url);
        using var reconciliation = new Reconciliation(host.Url, trading.Traders, CrashTrading.Deposits);
        for (var round = 1; round <= rounds; round++)
        {
            var time = TimeSpan.FromMilliseconds(random.Between(ShortestRunMs, LongestRunMs));
            var requests = await trading.TradeUntilEndedAsync(host, enough, time, random, host.KillAsync);
            KeepHouseOften(host, round % 2 == 1);
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

        var snapshots = Directory.GetFiles(Directory.CreateDirectory(Path.Combine(host.DataDirectory, "snapshot")).FullName, "*.snap").Length;
        await TestContext.Progress.WriteLineAsync($"kill test: {snapshots} snapshots kept, the journal begins with {Directory.GetFiles(Path.Combine(host.DataDirectory, "journal"), "*.seg").Select(Path.GetFileName).Order().First()}");
        Assert.That(snapshots, Is.GreaterThanOrEqualTo(rounds * enough >= AcknowledgementsForSnapshot ? 1 : 0), "kills have met snapshots");
    }

    /// <summary>In every other life segments are short and snapshots frequent, so that kills meet both being made and being deleted.</summary>
    private static void KeepHouseOften(HostProcess host, bool often)
    {
        host.Settings["Exchange__Engine__JournalSegmentBytes"] = often ? "131072" : "1048576";
        host.Settings["Exchange__Housekeeping__SnapshotJournalBytesMax"] = often ? "1048576" : "0";
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
}
