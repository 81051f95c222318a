using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// A full disk: new orders are refused before anything is lost, cancels go on into the reserve, and everything is as before once there is room.
/// </summary>
public sealed class FullDiskTests
{
    private const int SegmentBytes = 1 << 20;
    private const int ReserveBytes = 2 << 20;

    private static PipelineOptions Options { get; } = PipelineExchange.SmallOptions with
    {
        Journal = PipelineExchange.SmallOptions.Journal with { SegmentBytes = SegmentBytes, ReserveBytes = ReserveBytes, PrepareInBackground = true },
    };

    [Test]
    public async Task A_full_disk_refuses_orders_and_takes_cancels_until_there_is_room_again()
    {
        var disk = new FaultyDisk();
        var storage = new WatchedStorage(disk);
        await CheckAsync(
            storage,
            fill: () => storage.Locked(() => disk.CapacityBytes = disk.Contents().Values.Sum(file => (long)file.Length)),
            empty: () => storage.Locked(() => disk.CapacityBytes = long.MaxValue));
        Assert.That(disk.List("journal"), Has.Member("next.tmp").And.Member("reserve.tmp"), "both are made anew");
    }

    [TestCase(0)]
    [TestCase(300_000)]
    public async Task The_same_on_a_real_file_system_that_is_really_full(int bytesLeft)
    {
        using var small = new SmallFileSystem(kibibytes: 16 << 10);
        await CheckAsync(
            new FileStorage(Path.Combine(small.Root, "data"), JournalSyncMethod.Fdatasync, _ => { }),
            fill: () => small.FillUpTo(bytesLeft),
            empty: small.Empty);
    }

    [Test]
    public async Task A_disk_that_is_full_from_the_start_on_takes_cancels()
    {
        var disk = new FaultyDisk();
        var storage = new WatchedStorage(disk);
        long orderId;
        await using (var first = new PipelineExchange(storage, options: Options))
        {
            await first.StartAsync();
            await first.AddMarketAsync(accounts: 1);
            orderId = (await first.SubmitAsync(CommandSlots.Limit(1, Side.Buy, 490, 1)))!.OrderId;
        }

        // The restart's own temporary files are made anew in the room that the old ones leave: enough for the reserve, not for a segment.
        disk.CapacityBytes = disk.Contents().Where(file => !file.Key.EndsWith(".tmp", StringComparison.Ordinal)).Sum(file => (long)file.Value.Length) + ReserveBytes;
        await using var exchange = new PipelineExchange(storage, options: Options);
        await exchange.StartAsync();

        await UntilAsync(() => exchange.Pipeline.Room == JournalRoom.Reserve);
        Assert.That(TakesOrders(exchange), Is.False);
        exchange.TradingClass = ClaimClass.Reserved;
        Assert.That((await exchange.SubmitAsync(CommandSlots.Cancel(1, orderId)))!.Reject, Is.EqualTo(RejectReason.None));
    }

    private static async Task CheckAsync(IStorage storage, Action fill, Action empty)
    {
        List<long> resting = [];
        ulong hash;
        long sequence;
        await using (var exchange = new PipelineExchange(storage, options: Options))
        {
            await exchange.StartAsync();
            await exchange.AddMarketAsync(accounts: 2);
            for (var i = 0; i < 200; i++)
            {
                resting.Add((await exchange.SubmitAsync(CommandSlots.Limit(1, Side.Buy, 480, 1)))!.OrderId);
            }

            await UntilAsync(() => storage.Exists("journal/next.tmp") && storage.Exists("journal/reserve.tmp"));
            fill();

            // The segment that is prepared already takes what comes; the one behind it finds no room.
            exchange.TradingClass = ClaimClass.Reserved;
            while (exchange.Pipeline.Room == JournalRoom.Normal)
            {
                await SubmitManyAsync(exchange);
            }

            Assert.That(exchange.Pipeline.Room, Is.EqualTo(JournalRoom.Reserve));
            Assert.That(TakesOrders(exchange), Is.False, "new orders are refused");
            Assert.That(exchange.Pipeline.IsAdmitting, Is.True);
            foreach (var orderId in resting.Take(100))
            {
                Assert.That((await exchange.SubmitAsync(CommandSlots.Cancel(1, orderId)))!.Reject, Is.EqualTo(RejectReason.None));
            }

            while (exchange.Pipeline.Room == JournalRoom.Reserve)
            {
                await SubmitManyAsync(exchange);
            }

            Assert.That(exchange.Pipeline.Room, Is.EqualTo(JournalRoom.Exhausted));
            var cancel = CommandSlots.Cancel(1, resting[150]);
            Assert.That(exchange.Pipeline.Gateway.TrySubmit(ref cancel, ClaimClass.Reserved, out _), Is.False, "half of the reserve is used: nothing is taken");
            Assert.That(exchange.Pipeline.Ended.IsCompleted, Is.False, "and the exchange lives");

            empty();
            await UntilAsync(() => exchange.Pipeline.Room == JournalRoom.Normal);
            exchange.TradingClass = ClaimClass.Normal;
            Assert.That((await exchange.SubmitAsync(CommandSlots.Limit(2, Side.Buy, 481, 1)))!.Reject, Is.EqualTo(RejectReason.None), "by itself");
            await exchange.Pipeline.StopAsync().WaitAsync(PipelineExchange.HangGuard);
            hash = exchange.StateHash;
            sequence = exchange.Pipeline.DurableSequence;
            Assert.That(exchange.Inconsistency, Is.Null);
        }

        using var recovered = new BareExchange();
        recovered.Recover(storage);
        Assert.That((recovered.Sequence, recovered.Engine.ComputeStateHash()), Is.EqualTo((sequence, hash)), "nothing acknowledged is lost");
    }

    private static bool TakesOrders(PipelineExchange exchange)
    {
        var order = CommandSlots.Limit(1, Side.Buy, 481, 1);
        return exchange.Pipeline.Gateway.TrySubmit(ref order, ClaimClass.Normal, out _);
    }

    /// <summary>Fills the journal: cancels of an order that does not exist are journaled like everything else.</summary>
    private static async Task SubmitManyAsync(PipelineExchange exchange)
    {
        List<Task<CommandReply>> pending = [];
        for (var i = 0; i < 60; i++)
        {
            var cancel = CommandSlots.Cancel(2, orderId: 1_000_000);
            if (exchange.Pipeline.Gateway.TrySubmit(ref cancel, ClaimClass.Reserved, out var reply))
            {
                pending.Add(reply.AsTask());
            }
        }

        foreach (var reply in pending)
        {
            (await reply.WaitAsync(PipelineExchange.HangGuard)).Dispose();
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var giveUp = new CancellationTokenSource(PipelineExchange.HangGuard);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), giveUp.Token);
        }
    }
}
