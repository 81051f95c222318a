using System.Collections.Concurrent;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>All threads of the pipeline, from the gateway to the disk and back to the caller.</summary>
[TestFixture]
public sealed class PipelineTests
{
    private const int Producers = 8;

    [Test]
    public async Task Every_command_of_many_producers_is_answered_once_and_only_when_durable_and_visible()
    {
        const int commandsEach = 2_000;
        var disk = new WatchedStorage(new FaultyDisk());
        await RunProducersAsync(disk, commandsEach);
    }

    [Test]
    public async Task The_same_holds_on_a_real_file_system([Values] JournalSyncMethod method)
    {
        var folder = Directory.CreateTempSubdirectory("exchange-pipeline-").FullName;
        try
        {
            await RunProducersAsync(new WatchedStorage(new FileStorage(folder, method, _ => { })), commandsEach: 200);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_stop_under_load_answers_or_faults_every_command([Range(1, 12)] int seed)
    {
        var disk = new FaultyDisk();
        var storage = new WatchedStorage(disk);
        await using var exchange = new PipelineExchange(storage);
        await exchange.StartAsync();
        await exchange.AddMarketAsync(Producers);
        var answered = new ConcurrentBag<Answer>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var producers = StartProducers(exchange, seed, answer =>
        {
            answered.Add(answer);
            if (answered.Count == seed * 40)
            {
                enough.TrySetResult();
            }
        });

        await enough.Task.WaitAsync(PipelineExchange.HangGuard);
        await exchange.Pipeline.StopAsync().WaitAsync(PipelineExchange.HangGuard);
        await Task.WhenAll(producers).WaitAsync(PipelineExchange.HangGuard);

        Assert.That(exchange.Pipeline.Ended.IsCompletedSuccessfully, Is.True);
        Assert.That(answered.Max(answer => answer.LastSequence), Is.LessThanOrEqualTo(storage.SyncedSequence));
        Assert.That(exchange.Pipeline.DurableSequence, Is.EqualTo(storage.SyncedSequence));
        Assert.That(exchange.Inconsistency, Is.Null);
        using var recovered = new BareExchange();
        recovered.Recover(disk);
        Assert.That(recovered.Sequence, Is.EqualTo(storage.SyncedSequence));
        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(exchange.StateHash), "what was executed is what was journaled");
    }

    [TestCase(3)]
    [TestCase(40)]
    [TestCase(160)]
    public async Task A_failed_sync_answers_nothing_behind_the_durable_sequence_and_ends_the_pipeline(int successes)
    {
        var disk = new FaultyDisk();
        var failure = await RunUntilFailureAsync(disk, () => disk.FailSyncAfter(successes));

        Assert.That(failure, Is.TypeOf<StorageException>().With.Property("Errno").EqualTo(FaultyDisk.InputOutputError));
    }

    [Test]
    public async Task Without_a_reserve_what_is_still_taken_on_a_full_disk_ends_the_pipeline_with_nothing_answered_behind_the_durable_sequence()
    {
        var disk = new FaultyDisk();
        var failure = await RunUntilFailureAsync(
            disk, () => disk.CapacityBytes = disk.Contents().Values.Sum(file => (long)file.Length), ClaimClass.Reserved);

        Assert.That(failure, Is.TypeOf<StorageException>().With.Property("Errno").EqualTo(FaultyDisk.NoSpace));
    }

    [Test]
    public async Task The_same_commands_give_the_same_journal()
    {
        List<List<byte[]>> journals = [];
        for (var run = 0; run < 2; run++)
        {
            var disk = new FaultyDisk();
            var clock = new ManualClock();
            await using (var exchange = new PipelineExchange(new WatchedStorage(disk), clock))
            {
                await exchange.StartAsync(CommandGenerator.Genesis);
                foreach (var command in CommandStream.Generate(seed: 77, count: 600).Skip(1))
                {
                    clock.Pass(1_000);
                    if (command.Slot.Type.IsTrading())
                    {
                        await exchange.SubmitAsync(command.Slot);
                    }
                    else
                    {
                        await exchange.SubmitAsync(command.Slot.Type, command.Payload);
                    }
                }
            }

            journals.Add(JournalFixture.ReadAll(disk).Records);
        }

        Assert.That(journals[0], Has.Count.GreaterThan(600));
        Assert.That(JournalFixture.Same(journals[0], journals[1]), Is.True);
    }

    private static async Task RunProducersAsync(WatchedStorage storage, int commandsEach)
    {
        List<Answer> answers = [];
        ulong hash;
        await using (var exchange = new PipelineExchange(storage))
        {
            await exchange.StartAsync();
            await exchange.AddMarketAsync(Producers);
            var producers = Enumerable.Range(1, Producers).Select(account => Task.Run(async () =>
            {
                var random = new SplitMix64((ulong)account);
                List<Answer> mine = [];
                for (var i = 0; i < commandsEach; i++)
                {
                    var command = Mixed(account, random, mine);
                    var answer = (await exchange.SubmitAsync(command))!;
                    Assert.That(answer.LastSequence, Is.LessThanOrEqualTo(storage.SyncedSequence), "answered before it was durable");
                    Assert.That(answer.LastSequence, Is.LessThanOrEqualTo(exchange.Pipeline.DurableSequence));
                    Assert.That(
                        answer.OrderId == 0 || exchange.Orders.TryGet(account, 0, answer.OrderId, out _), Is.True, "an answered order is visible");
                    mine.Add(answer);
                }

                return mine;
            }));
            answers.AddRange((await Task.WhenAll(producers).WaitAsync(PipelineExchange.HangGuard)).SelectMany(mine => mine));
            await exchange.Pipeline.StopAsync().WaitAsync(PipelineExchange.HangGuard);
            hash = exchange.StateHash;
            Assert.That(exchange.Inconsistency, Is.Null);
            Assert.That(exchange.Pipeline.CommandsInRing, Is.Zero);
            Assert.That(exchange.LogLines, Is.Empty);
        }

        Assert.That(answers, Has.Count.EqualTo(Producers * commandsEach));
        Assert.That(answers.Select(answer => answer.Sequence), Is.Unique);
        Assert.That(answers.Where(answer => answer.OrderId != 0).Select(answer => answer.OrderId), Is.Unique);
        Assert.That(answers.Select(answer => answer.Reject), Has.None.EqualTo(RejectReason.InternalError));
        using var recovered = new BareExchange();
        recovered.Recover(storage);
        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(hash));
    }

    private static async Task<Exception?> RunUntilFailureAsync(FaultyDisk disk, Action injectFault, ClaimClass tradingClass = ClaimClass.Normal)
    {
        var storage = new WatchedStorage(disk);
        await using var exchange = new PipelineExchange(storage) { TradingClass = tradingClass };
        await exchange.StartAsync();
        await exchange.AddMarketAsync(Producers);
        storage.Locked(injectFault);
        var answered = new ConcurrentBag<Answer>();
        var producers = StartProducers(exchange, seed: 5, answered.Add);

        await exchange.Pipeline.Ended.WaitAsync(PipelineExchange.HangGuard).ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.WhenAll(producers).WaitAsync(PipelineExchange.HangGuard);

        Assert.That(exchange.Pipeline.Ended.IsFaulted, Is.True);
        Assert.That(exchange.Pipeline.IsAdmitting, Is.False);
        Assert.That(exchange.Pipeline.DurableSequence, Is.EqualTo(storage.SyncedSequence));
        Assert.That(answered.Select(answer => answer.LastSequence).DefaultIfEmpty().Max(), Is.LessThanOrEqualTo(storage.SyncedSequence));
        await exchange.Pipeline.StopAsync().WaitAsync(PipelineExchange.HangGuard);
        disk.CapacityBytes = long.MaxValue;
        disk.Crash(seed: 1);
        using var recovered = new BareExchange();
        recovered.Recover(disk);
        Assert.That(recovered.Sequence, Is.GreaterThanOrEqualTo(storage.SyncedSequence), "nothing acknowledged is lost");
        return exchange.Pipeline.Ended.Exception!.InnerException;
    }

    /// <summary>Starts producers that submit until the exchange takes no more; each task ends when its last command is answered or faulted.</summary>
    private static Task[] StartProducers(PipelineExchange exchange, int seed, Action<Answer> onAnswer) =>
    [
        .. Enumerable.Range(1, Producers).Select(account => Task.Run(async () =>
        {
            var random = new SplitMix64((ulong)(seed * 100 + account));
            List<Answer> mine = [];
            while (true)
            {
                try
                {
                    var answer = await exchange.SubmitAsync(Mixed(account, random, mine));
                    if (answer is null)
                    {
                        return;
                    }

                    onAnswer(answer);
                    mine.Add(answer);
                }
                catch (ExchangeStoppedException)
                {
                    // This command's outcome is unknown; the next one finds the gateway closed.
                }
            }
        })),
    ];

    private static CommandSlot Mixed(int account, SplitMix64 random, List<Answer> earlier) => random.Below(10) switch
    {
        < 6 => CommandSlots.Limit(account, random.Chance(50) ? Side.Buy : Side.Sell, random.Between(480, 520), random.Between(1, 20)),
        < 7 => CommandSlots.Market(account, random.Chance(50) ? Side.Buy : Side.Sell, random.Between(1, 30)),
        < 8 when random.Chance(5) => CommandSlots.CancelAll(account),
        _ => CommandSlots.Cancel(account, earlier.Count == 0 ? 1 : random.Pick(earlier).OrderId),
    };
}
