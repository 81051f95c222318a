using Exchange.Tests.Support;
using Exchange.Tests.Support.CrashClient;
using Exchange.Tests.Support.PowerLoss;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// Power fails under the real host (RELIABILITY.md, B2): every change of its data directory is traced while clients trade, hosts are killed and
/// started again; then images of what a loss of power may leave are recovered. Environment: EXCHANGE_POWER_IMAGES, images of each run (60);
/// EXCHANGE_POWER_ACKS, acknowledgements of each run (14,000: more journal than the least that a snapshot waits for); EXCHANGE_POWER_HOSTS, images of each run that a real host starts
/// from (2); EXCHANGE_SEED.
/// </summary>
public sealed class PowerLossTests
{
    private const int ShownBreaches = 10;
    private const int ControlImages = 40;
    private const int OrdersLookedAt = 40;
    private const int SnapshotPollMs = 50;
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Direct writes have one life only: a kill meets them half done, where no trace can tell how much of them the next host will find.
    /// </summary>
    [TestCase("Fdatasync", 3)]
    [TestCase("DirectDsync", 1)]
    public async Task Images_of_a_power_loss_recover_with_everything_acknowledged(string method, int lives)
    {
        var images = LongRun.Setting("EXCHANGE_POWER_IMAGES", 60);
        var hosts = LongRun.Setting("EXCHANGE_POWER_HOSTS", 2);
        var seed = LongRun.Seed();
        var random = new SplitMix64(seed);
        await TestContext.Progress.WriteLineAsync($"power loss, {method}: {images} images, EXCHANGE_SEED={seed}");
        using var tracer = new PowerTracer();
        await using var host = new HostProcess();
        host.Settings["Exchange__Engine__JournalSync"] = method;
        host.Settings["Exchange__Engine__JournalSegmentBytes"] = "131072";
        host.Settings["Exchange__Housekeeping__SnapshotJournalBytesMax"] = "1048576";
        tracer.PreloadInto(host);

        var (trading, ledger) = await TradeAsync(host, tracer, lives, LongRun.Setting("EXCHANGE_POWER_ACKS", 14_000) / lives, random);
        var run = new TracedRun(host.DataDirectory, tracer.Read());
        CheckTrace(run, host.DataDirectory, ledger);

        var found = new Tally();
        var started = 0;
        foreach (var image in run.Images(images, random))
        {
            var outcome = await image.RecoverAsync(run.Master);
            found.Add(image, outcome, run);
            if (outcome.Breach is null && started < hosts && outcome.Sequence > run.Master.Length / 4)
            {
                started++;
                await StartFromAsync(image, outcome.Sequence, trading, ledger, host.Settings);
            }
        }

        await TestContext.Progress.WriteLineAsync($"{run.Length} trace records, {run.Master.Length} commands, {run.Answers.Count} answers; {found}, {started} hosts started");
        Assert.That(found.Breaches.Take(ShownBreaches), Is.Empty, $"EXCHANGE_SEED={seed}");
        Assert.That(started, Is.EqualTo(hosts), "real hosts started from images");
        Assert.That(found.CutShort, Is.Positive, "images in the middle of the run");
        Assert.That(found.Torn, Is.Positive, "images with a torn group");
        Assert.That(run.Count(TraceKind.Rename, ".seg"), Is.GreaterThan(1), "the run has begun several segments");
        await TestContext.Progress.WriteLineAsync(
            $"{run.Count(TraceKind.Rename, ".seg")} segments begun, {run.Count(TraceKind.Unlink, ".seg")} deleted, {run.Count(TraceKind.Rename, ".snap")} snapshots taken");
        Assert.That(run.Count(TraceKind.Rename, ".snap"), Is.Positive, "the run has taken snapshots");

        var lies = new Tally();
        foreach (var image in run.Images(ControlImages, random, honoursSyncs: false))
        {
            lies.Add(image, await image.RecoverAsync(run.Master), run);
        }

        Assert.That(lies.Breaches, Is.Not.Empty, "the control: a disk that ignores syncs loses what was acknowledged, and this check sees it");
    }

    /// <summary>Returns who traded and every request of all lives; the last host has ended in order.</summary>
    private static async Task<(CrashTrading Trading, IReadOnlyList<LedgerRequest> Ledger)> TradeAsync(HostProcess host, PowerTracer tracer, int lives, int enough, SplitMix64 random)
    {
        var requests = new List<LedgerRequest>();
        CrashTrading? trading = null;
        for (var life = 1; life <= lives; life++)
        {
            await host.StartAsync();
            trading ??= await CrashTrading.OpenAsync(host.Url);
            requests.AddRange(await trading.TradeUntilEndedAsync(host, enough, ShortestLife, random, life < lives ? () => tracer.KillAsync(host) : StopAsync));
        }

        return (trading!, requests);

        async Task StopAsync()
        {
            // A snapshot waits for closed segments and for a machine that has time: the run ends when one is there.
            var giveUp = DateTime.UtcNow + HostProcess.Patience;
            while (!HasSnapshot(host) && DateTime.UtcNow < giveUp)
            {
                await Task.Delay(SnapshotPollMs);
            }

            host.Terminate();
            await host.WaitForExitAsync();
        }
    }

    private static bool HasSnapshot(HostProcess host)
    {
        var folder = Path.Combine(host.DataDirectory, "snapshot");
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.snap").Any();
    }

    /// <summary>The trace has no hole: it leads to the very files that are there, and to every answer that the client has.</summary>
    private static void CheckTrace(TracedRun run, string directory, IReadOnlyList<LedgerRequest> ledger)
    {
        var files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(directory, path), File.ReadAllBytes);
        var traced = run.End;
        Assert.That(traced.Keys, Is.EquivalentTo(files.Keys), "the trace leads to the files that are there");
        Assert.That(files.Where(file => !file.Value.AsSpan().SequenceEqual(traced[file.Key])).Select(file => file.Key), Is.Empty, "the trace leads to their content");
        var told = ledger.Select(request => request.Answer?.Sequence ?? 0).Where(sequence => sequence > 0);
        Assert.That(told.Where(sequence => !run.Answers.Contains(sequence)), Is.Empty, "the trace holds every answer that came");
    }

    /// <summary>A real host comes up from an image: where recovery said it would, with orders that were acknowledged by then, and takes new ones.</summary>
    private static async Task StartFromAsync(
        CrashImage image, long sequence, CrashTrading trading, IReadOnlyList<LedgerRequest> ledger, IReadOnlyDictionary<string, string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("exchange-image-");
        try
        {
            image.WriteTo(folder.FullName);
            await using var host = new HostProcess(folder.FullName);
            foreach (var (name, value) in settings.Where(setting => setting.Key.StartsWith("Exchange__", StringComparison.Ordinal)))
            {
                host.Settings[name] = value;
            }

            await host.StartAsync();
            Assert.That((await host.RecoveryAsync()).Sequence, Is.EqualTo(sequence), $"{image}\n{host.Output}");
            var acknowledged = ledger.Where(request => request is { Kind: RequestKind.Place, Answer: { IsOk: true } answer } && answer.Sequence <= image.Acknowledged);
            foreach (var request in acknowledged.TakeLast(OrdersLookedAt))
            {
                using var client = new TradingClient(host.Url, trading.Traders[request.Account]);
                var order = await client.OrderAsync(request.Symbol, request.Id);
                Assert.That(order.IsOk, Is.True, $"{image}: {request.Id} was acknowledged as {request.Answer}, and is {order}");
                Assert.That(order.Json.GetProperty("orderId").GetInt64(), Is.EqualTo(request.Answer!.Json.GetProperty("orderId").GetInt64()));
            }

            using var buyer = new TradingClient(host.Url, trading.Traders[0]);
            Assert.That((await buyer.PlaceAsync(SandboxTraders.Limit("BUY", 40_000, "afterwards"))).IsOk, Is.True, "the host goes on");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What the images of a run came to.</summary>
    private sealed class Tally
    {
        private readonly Dictionary<PowerLossShape, int> _shapes = [];
        public List<string> Breaches { get; } = [];

        public int CutShort { get; private set; }

        public int Torn { get; private set; }

        public void Add(CrashImage image, CrashImage.Outcome outcome, TracedRun run)
        {
            _shapes[image.Shape] = _shapes.GetValueOrDefault(image.Shape) + 1;
            Torn += outcome.WasTorn ? 1 : 0;
            CutShort += outcome.Sequence < run.Master.Length ? 1 : 0;
            if (outcome.Breach is not null)
            {
                Breaches.Add(outcome.Breach);
            }
        }

        public override string ToString() =>
            $"{_shapes.Values.Sum()} images recovered ({string.Join(", ", _shapes.OrderBy(shape => shape.Key).Select(shape => $"{shape.Value} {shape.Key}"))}), "
            + $"{Torn} with a torn group, {CutShort} in the middle of the run, {Breaches.Count} breaches";
    }
}
