using System.Diagnostics;
using System.Runtime.Versioning;
using Exchange.Benchmarks.Outage;
using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Aws;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// C1 of RELIABILITY.md: a host under orders over HTTP while the real process of a store is killed, hangs, refuses, is slow or full. Every order is
/// answered with success, the host stays ready, its memory bounded; health tells the lag in sequences and in time; behind each outage the store
/// catches up, and in the end `verify` finds no difference, and consumers of queue and stream have each event once. Times are not asserted
/// (`Exchange.Benchmarks -- replicate --outage` measures them). Environment: EXCHANGE_OUTAGE_SECONDS, how long each lasts (0.5).
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class StoreOutageTests
{
    private const int Pairs = 4;
    private const int SlowMs = 300;
    private const long MemoryGrowthBytesMax = 300L << 20;

    private static readonly TimeSpan Duration =
        TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_OUTAGE_SECONDS"), out var given) ? given : 0.5);

    [Test]
    public async Task Orders_do_not_notice_what_happens_to_a_store()
    {
        using var stores = new FaultyStores(SlowMs, [.. FaultyStores.All]);
        await using var host = Host(stores);
        await host.StartAsync();
        using var load = new OrderLoad(await OrderFlow.OpenAsync(host.Url, Pairs));
        await using var events = new DeliveredEvents(stores.Services);
        await load.RunAsync(Duration);
        await CaughtUpAsync(host, stores);
        var memory = ResidentBytes(host.Id);

        foreach (var fault in stores.Faults.Where(IsInTheShortForm))
        {
            // An emulator that is killed forgets what nobody took.
            await events.TakeAsync();
            fault.Begin();
            try
            {
                var started = Stopwatch.GetTimestamp();
                do
                {
                    await load.RunAsync(Duration);
                    Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(HostProcess.Patience), $"{fault.Store} {fault.Fault}: no lag is told");
                }
                while (await ReplicatorHealth.ReadAsync(host, fault.Store) is not { LagSequences: > 0, LagMs: > 0 });
            }
            finally
            {
                fault.End();
            }

            await CaughtUpAsync(host, stores);
            await TestContext.Progress.WriteLineAsync($"{fault.Store} {fault.Fault}: {load.Orders} orders so far, all taken");
        }

        Assert.That(ResidentBytes(host.Id) - memory, Is.LessThan(MemoryGrowthBytesMax), "the host's memory");
        host.Terminate();
        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Output);
        await AssertVerifiedAsync(host, stores);
        await events.TakeAsync();
        AssertDelivered(events, host.DataDirectory);
    }

    /// <summary>Time-outs so long that whoever waits for a store is found out.</summary>
    [Test]
    public async Task A_start_waits_for_no_store_that_hangs()
    {
        using var stores = new FaultyStores(SlowMs, [.. FaultyStores.All]);
        await using var host = Host(stores);
        host.Settings["Exchange__Replication__Sql__ConnectTimeoutSeconds"] = "60";
        host.Settings["Exchange__Replication__Redis__TimeoutMs"] = "60000";
        host.Settings["Exchange__Replication__Aws__RequestTimeoutMs"] = "60000";
        host.Settings["Exchange__Replication__Following__OpenWaitMs"] = "100";
        var hung = stores.Faults.Where(fault => fault.Fault == FaultyStores.Hung).ToList();
        hung.ForEach(fault => fault.Begin());
        using var load = await Task.Run(async () =>
        {
            await host.StartAsync();
            Assert.That((await ReplicatorHealth.ReadAsync(host)).Select(store => store.State), Is.All.EqualTo("Starting"), "none of them has answered, or failed");
            return new OrderLoad(await OrderFlow.OpenAsync(host.Url, Pairs));
        });
        await load.RunAsync(Duration);

        hung.ForEach(fault => fault.End());
        await CaughtUpAsync(host, stores);
        host.Terminate();
        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Output);
        await AssertVerifiedAsync(host, stores);
    }

    /// <summary>What refuses or is slow is alike for all clients of AWS, and measured by the benchmark.</summary>
    private static bool IsInTheShortForm(StoreFault fault) =>
        fault.Store is FaultyStores.Sql or FaultyStores.Redis || fault.Fault is FaultyStores.Killed or FaultyStores.Hung;

    private static HostProcess Host(FaultyStores stores)
    {
        var host = new HostProcess();
        foreach (var (name, value) in stores.Settings)
        {
            host.Settings[name] = value;
        }

        host.Settings["Exchange__Replication__Following__PollIntervalMs"] = "10";
        host.Settings["Exchange__Replication__Following__BackOffMaxMs"] = "200";
        host.Settings["Exchange__Replication__Sql__ConnectTimeoutSeconds"] = "2";
        host.Settings["Exchange__Replication__Sql__CommandTimeoutSeconds"] = "2";
        host.Settings["Exchange__Replication__Redis__TimeoutMs"] = "2000";
        host.Settings["Exchange__Replication__Aws__RequestTimeoutMs"] = "2000";
        return host;
    }

    private static Task CaughtUpAsync(HostProcess host, FaultyStores stores) =>
        Task.WhenAll(stores.Names.Select(store => ReplicatorHealth.CaughtUpAsync(host, store)));

    private static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    private static async Task AssertVerifiedAsync(HostProcess host, FaultyStores stores)
    {
        foreach (var store in stores.Names)
        {
            var (exitCode, output) = await host.RunVerbAsync("verify", store);
            Assert.That((exitCode, output), Is.EqualTo((0, output)));
            Assert.That(output, Does.Contain("equals the journal"));
        }
    }

    private static void AssertDelivered(DeliveredEvents events, string dataDirectory)
    {
        var expected = ExpectedEvents.ByAccount(JournalFixture.ReadAll(new FileStorage(dataDirectory, JournalSyncMethod.Fdatasync, _ => { })).Records);
        Assert.That(events.OfQueue.Keys, Is.EquivalentTo(expected.Keys));
        foreach (var (accountId, ofAccount) in expected)
        {
            Assert.That(events.OfQueue[accountId], Is.EqualTo(ofAccount), $"account {accountId}");
        }

        Assert.That(events.OfStream, Is.EqualTo(expected.Values.SelectMany(each => each).OrderBy(each => each.Sequence).Select(each => each.Sequence)));
    }

    /// <summary>Two senders without a pause; an order that is not taken fails the run.</summary>
    private sealed class OrderLoad(OrderFlow flow) : IDisposable
    {
        private const int Senders = 2;
        private int _orders;

        public int Orders => _orders;

        public Task RunAsync(TimeSpan duration)
        {
            var started = Stopwatch.GetTimestamp();
            return Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
            {
                do
                {
                    Assert.That(await flow.PlaceAsync(Interlocked.Increment(ref _orders) - 1), Is.Null, "every order is taken");
                }
                while (Stopwatch.GetElapsedTime(started) < duration);
            }));
        }

        public void Dispose() => flow.Dispose();
    }
}
