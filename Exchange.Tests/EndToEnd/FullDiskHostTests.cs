using System.Diagnostics;
using System.Net;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// The disk of the real host is full to the last byte at random moments of its trading (RELIABILITY.md, B5). Environment: EXCHANGE_DISK_ROUNDS (3; the long run
/// takes 100); EXCHANGE_SEED. Needs the right to mount; without it the test is skipped, which the summary of the run tells.
/// </summary>
public sealed class FullDiskHostTests
{
    private const int SegmentBytes = 128 << 10;
    private const int OrdersMax = 20_000;

    [Test]
    public async Task A_full_disk_refuses_new_orders_takes_cancels_and_is_got_over_without_a_restart()
    {
        var rounds = LongRun.Setting("EXCHANGE_DISK_ROUNDS", 3);
        var seed = LongRun.Seed();
        var random = new SplitMix64(seed);

        // Journal and history grow with the rounds; both must fit, or the disk is full for good.
        using var disk = new SmallDisk(megabytes: 8 + rounds);
        await using var host = new HostProcess(disk.Path);
        host.Settings["Exchange__Engine__JournalSegmentBytes"] = $"{SegmentBytes}";
        host.Settings["Exchange__Housekeeping__SnapshotJournalBytesMax"] = "1048576";
        await host.StartAsync();
        using var traders = await SandboxTraders.OpenAsync(host.Url);
        var open = new List<string>();
        var next = 0;
        for (var round = 1; round <= rounds; round++)
        {
            for (var orders = random.Between(1, 200); orders > 0; orders--)
            {
                var id = $"o{++next}";
                var taken = await traders.Buyer.PlaceAsync(Order(random, id));
                Assert.That(taken.IsOk, Is.True, $"round {round}, EXCHANGE_SEED={seed}: {taken}\n{disk}\n{host.Output}");
                open.Add(id);
                await KeepFewAsync(traders, open);
            }

            disk.Fill();
            TradingAnswer answer;
            var placed = 0;
            do
            {
                var id = $"o{++next}";
                answer = await traders.Buyer.PlaceAsync(Order(random, id));
                if (answer.IsOk)
                {
                    open.Add(id);
                    await KeepFewAsync(traders, open);
                    placed++;
                }
            }
            while (answer.IsOk && placed < OrdersMax);

            Assert.That((answer.Status, answer.RetryAfter), Is.EqualTo((503, "1")), $"round {round}, {placed} orders after the disk was full, EXCHANGE_SEED={seed}: {answer}\n{host.Output}");
            var canceled = random.Pick(open);
            var cancel = await CancelAsync(traders, canceled);
            Assert.That(cancel.IsOk, Is.True, $"round {round}, EXCHANGE_SEED={seed}: a cancel on the full disk: {cancel}");
            open.Remove(canceled);

            disk.Free();
            var started = Stopwatch.GetTimestamp();
            var resumed = $"o{++next}";
            while (!(await traders.Buyer.PlaceAsync(Order(random, resumed))).IsOk)
            {
                Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(HostProcess.Patience), $"round {round}: no order is taken though there is space again\n{disk}\n{host.Output}");
                await Task.Delay(5);
            }

            open.Add(resumed);
            await TestContext.Progress.WriteLineAsync(
                $"full disk, round {round}: {placed} orders taken after the disk was full, then 503; a cancel taken; resumed {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms after there was space");
        }

        var before = (await traders.Buyer.OpenOrdersAsync()).Body;
        Assert.That(System.Text.Json.JsonDocument.Parse(before).RootElement.EnumerateArray().Select(order => order.GetProperty("clientOrderId").GetString()), Is.EquivalentTo(open));
        await host.KillAsync();
        await host.StartAsync();
        Assert.That((await traders.Buyer.OpenOrdersAsync()).Body, Is.EqualTo(before), $"everything acknowledged is there after a kill, EXCHANGE_SEED={seed}");
        await host.WaitForHealthAsync("ready", HttpStatusCode.OK);
    }

    private static string Order(SplitMix64 random, string id) => SandboxTraders.Limit("BUY", (int)random.Between(20_000, 40_000), id);

    private static Task<TradingAnswer> CancelAsync(SandboxTraders traders, string id) =>
        traders.Buyer.SignedAsync(HttpMethod.Delete, "/api/v3/order", $"symbol={SandboxTraders.Symbol}&origClientOrderId={id}");

    /// <summary>The market allows an account a limited number of open orders.</summary>
    private static async Task KeepFewAsync(SandboxTraders traders, List<string> open)
    {
        const int Most = 50;
        if (open.Count > Most)
        {
            Assert.That((await CancelAsync(traders, open[0])).IsOk, Is.True);
            open.RemoveAt(0);
        }
    }

    /// <summary>A file system in memory that holds so much and no more.</summary>
    private sealed class SmallDisk : IDisposable
    {
        public SmallDisk(int megabytes)
        {
            Path = Directory.CreateTempSubdirectory("exchange-small-").FullName;
            using var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "tmpfs", Path]) { RedirectStandardError = true })!;
            var errors = mount.StandardError.ReadToEnd();
            mount.WaitForExit();
            if (mount.ExitCode != 0)
            {
                Directory.Delete(Path);
                Assert.Ignore($"SKIPPED: a disk that is really full needs the right to mount: {errors.Trim()}");
            }
        }

        public string Path { get; }

        /// <summary>What lies on it, and how much room is left.</summary>
        public override string ToString() => string.Join(
            '\n',
            Directory.GetFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => $"{System.IO.Path.GetRelativePath(Path, file)} {new FileInfo(file).Length}")
                .Append($"{new DriveInfo(Path).AvailableFreeSpace} bytes free"));

        private string Filling => System.IO.Path.Combine(Path, "filling");

        public void Fill()
        {
            using var file = new FileStream(Filling, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            for (var step = 1 << 16; step > 0; step /= 2)
            {
                try
                {
                    while (true)
                    {
                        file.Write(new byte[step]);
                    }
                }
                catch (IOException)
                {
                    // Full for pieces of this size: smaller ones, to the last byte.
                }
            }
        }

        public void Free() => File.Delete(Filling);

        public void Dispose()
        {
            using var unmount = Process.Start("umount", ["-l", Path]);
            unmount.WaitForExit();
            Directory.Delete(Path);
        }
    }
}
