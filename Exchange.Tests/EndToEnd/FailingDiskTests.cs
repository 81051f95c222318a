using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>The kernel itself refuses a sync, on the runtime that is shipped (RELIABILITY.md, B4): see <see cref="FailingDisk"/>.</summary>
public sealed class FailingDiskTests
{
    private const int FailureExitCode = 70;
    private const int CapacityMiB = 24;
    private const int Orders = 1_000;
    private const int Connections = 8;
    private const int SegmentBytes = 4 << 20;

    [Test]
    public async Task A_sync_that_the_kernel_refuses_ends_the_process_and_acknowledges_nothing()
    {
        using var disk = new FailingDisk(CapacityMiB);
        await using var host = new HostProcess(disk.DataDirectory);
        host.Settings["Exchange__Engine__JournalSegmentBytes"] = $"{SegmentBytes}";
        await host.StartAsync();
        using var traders = await SandboxTraders.OpenAsync(host.Url);
        await traders.TradeAsync();
        var before = await traders.OrdersAsync();
        await WaitForPreparedSegmentAsync(disk.DataDirectory);

        disk.Fail();
        var answers = await PlaceManyAsync(traders);
        var exitCode = await host.WaitForExitAsync();

        await TestContext.Progress.WriteLineAsync($"failing disk: {answers.Count} answers after the disk had failed; {host.Output.Split('\n').Last(line => line.Contains("The exchange ends"))}");
        Assert.That(answers.Where(answer => answer.Status < 500), Is.Empty, "something was acknowledged that the disk had refused");
        Assert.That(exitCode, Is.EqualTo(FailureExitCode), host.Output);
        Assert.That(host.Output, Does.Contain("The exchange ends").And.Match("fdatasync of 'journal/.*' failed: errno (5|28)"));

        // The next start still sees in the page cache what never reached the disk. Whatever it makes of that, it must be on the disk before it is told.
        disk.Heal();
        await host.StartAsync();
        var (recovered, _) = await host.RecoveryAsync();
        Assert.That(await traders.OrdersAsync(), Is.EqualTo(before), "what was acknowledged before is there");
        var told = await traders.EverythingAsync();
        await host.KillAsync();
        disk.Remount();
        await host.StartAsync();
        Assert.That((await host.RecoveryAsync()).Sequence, Is.GreaterThanOrEqualTo(recovered), "what the second start told was on the disk");
        Assert.That(await traders.EverythingAsync(), Is.EqualTo(told));
        Assert.That((await traders.Buyer.PlaceAsync(SandboxTraders.Limit("BUY", 40_000, "afterwards"))).IsOk, Is.True);
    }

    /// <summary>The failure shall meet a commit, so the disk must be at rest, with the next segment in place.</summary>
    private static async Task WaitForPreparedSegmentAsync(string directory)
    {
        using var giveUp = new CancellationTokenSource(HostProcess.Patience);
        var prepared = new FileInfo(Path.Combine(directory, "journal", "next.tmp"));
        while (!prepared.Exists || prepared.Length < SegmentBytes)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), giveUp.Token);
            prepared.Refresh();
        }
    }

    private static async Task<List<TradingAnswer>> PlaceManyAsync(SandboxTraders traders)
    {
        var answers = new List<TradingAnswer>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Orders),
            new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (i, _) =>
            {
                try
                {
                    var answer = await traders.Buyer.PlaceAsync(SandboxTraders.Limit("BUY", 40_000, $"after{i}"));
                    lock (answers)
                    {
                        answers.Add(answer);
                    }
                }
                catch (HttpRequestException)
                {
                    // No answer: nothing was acknowledged.
                }
            });
        return answers;
    }
}
