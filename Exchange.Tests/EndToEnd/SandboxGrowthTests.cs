using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>A sandbox that is used for long keeps a journal of bounded size, and loses nothing by what it deletes.</summary>
public sealed class SandboxGrowthTests
{
    private const int SegmentBytes = 256 * 1024;
    private const int SnapshotBytes = 1024 * 1024;
    private const int Clients = 8;

    [Test]
    public async Task Old_segments_go_while_it_trades_and_what_they_held_is_there_after_a_kill()
    {
        await using var host = new HostProcess();
        host.Settings["Exchange__Sandbox__MarketMakers"] = "true";
        host.Settings["Exchange__Sandbox__MarketMakerIntervalMs"] = "50";
        host.Settings["Exchange__Engine__JournalSegmentBytes"] = $"{SegmentBytes}";
        host.Settings["Exchange__Housekeeping__SnapshotJournalBytesMax"] = $"{SnapshotBytes}";
        await host.StartAsync();
        var account = await TradingClient.OpenAccountAsync(host.Url, "\"USDT\":\"100000\"");
        using var client = new TradingClient(host.Url, account, Clients);
        var resting = await client.PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=20000&newClientOrderId=of-the-first-segment");
        Assert.That(resting.IsOk, Is.True, resting.Body);

        // Orders that find nothing: they leave no state, only journal.
        var first = Segments(host).Min()!;
        var giveUp = DateTime.UtcNow + HostProcess.Patience;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (File.Exists(first) && DateTime.UtcNow < giveUp)
            {
                var answer = await client.PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.01&price=20000");
                Assert.That(answer.IsOk, Is.True, answer.Body);
            }
        }));
        Assert.That(File.Exists(first), Is.False, $"{first} is still there:\n{host.Output}");
        Assert.That(Segments(host).Sum(SizeOf), Is.LessThan(8 * SnapshotBytes));

        await host.KillAsync();
        await host.StartAsync();

        var found = await client.OrderAsync("BTCUSDT", "of-the-first-segment");
        Assert.That(found.Json.GetProperty("status").GetString(), Is.EqualTo("NEW"), found.Body);
        var depth = (await client.GetAsync("/api/v3/depth?symbol=BTCUSDT")).Json;
        Assert.That((depth.GetProperty("bids").GetArrayLength(), depth.GetProperty("asks").GetArrayLength()), Is.EqualTo((9, 8)), "the makers' quotes and the order");
    }

    /// <summary>Returns a file's bytes; 0 when it has gone since it was listed.</summary>
    private static long SizeOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static string[] Segments(HostProcess host) => Directory.GetFiles(Path.Combine(host.DataDirectory, "journal"), "*.seg");
}
