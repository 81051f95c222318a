using Exchange.Matching.Journal;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sqs;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.CrashReplicator;
using Exchange.Tests.Support.Services;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// The sender of order events is killed again and again, right before a step that chance picks, and started again on the position that it left: a
/// MassTransit consumer sees each event once, in order of each account, none missing. Environment: EXCHANGE_REPLICATOR_KILLS, rounds (20);
/// EXCHANGE_SEED, what a run printed.
/// </summary>
[TestFixture]
internal sealed class SenderKillTests
{
    private const int KillExitCode = 137;
    private const int Commands = 600;

    [Test]
    public async Task A_killed_sender_repeats_nothing_and_leaves_nothing_out_for_a_consumer()
    {
        var rounds = LongRun.Setting("EXCHANGE_REPLICATOR_KILLS", 20);
        var seed = LongRun.Seed();
        var random = new SplitMix64(seed);
        await TestContext.Progress.WriteLineAsync($"sender kills: {rounds} rounds, EXCHANGE_SEED={seed}");
        var stream = new StreamJournal(seed, Commands, withHashes: false);
        var expected = ExpectedEvents.ByAccount(stream.Records);
        var clients = TestAws.Clients(LocalServices.Shared.SqsUrl);
        var kills = 0;
        var completed = 0;
        while (kills < rounds || completed == 0)
        {
            var data = Directory.CreateTempSubdirectory("exchange-kill-");
            try
            {
                var storage = new FileStorage(data.FullName, JournalSyncMethod.Fdatasync, _ => { });
                using (var appender = StreamJournal.Open(storage, JournalEnd.Empty))
                {
                    stream.Write(appender, new Random((int)seed), 0, stream.Records.Count);
                }

                var name = LocalServices.NewName("killed") + ".fifo";
                await using var consumer = new EventConsumer();
                using var queue = new QueueReader(clients, name);
                int exitCode;
                do
                {
                    // The last rounds are let through.
                    var step = kills < rounds ? random.Between(2, 60) : int.MaxValue;
                    exitCode = await RunAsync(data.FullName, name, stream.Records.Count, batchMessages: random.Between(20, 200), step);
                    Assert.That(exitCode, Is.EqualTo(KillExitCode).Or.Zero, "killed, or at the journal's end");
                    kills += exitCode == KillExitCode ? 1 : 0;
                    await consumer.PumpAsync(queue);
                    AssertPrefix(consumer, expected, $"kill {kills}, EXCHANGE_SEED={seed}");
                }
                while (exitCode != 0);

                Assert.That(consumer.Taken.Values.Sum(events => events.Count), Is.EqualTo(expected.Values.Sum(events => events.Count)));
                completed++;
                AssertVerified(data.FullName, name, storage, stream.Records.Count);
            }
            finally
            {
                data.Delete(recursive: true);
            }
        }

        await TestContext.Progress.WriteLineAsync($"sender kills: {kills} kills, the journal's end reached {completed} times");
    }

    private static void AssertPrefix(EventConsumer consumer, Dictionary<int, List<(long Sequence, string Type)>> expected, string when)
    {
        foreach (var (accountId, events) in consumer.Taken)
        {
            Assert.That(events, Is.EqualTo(expected[accountId].Take(events.Count)), $"account {accountId}, {when}");
        }
    }

    /// <summary>`verify` agrees, finds a position of another journal, and `rebuild` goes back to the beginning.</summary>
    private static void AssertVerified(string data, string queue, FileStorage storage, long end)
    {
        var options = new SqsOptions { Queue = queue };
        var store = new SqsStore(
            Options.Create(options), TestAws.Clients(LocalServices.Shared.SqsUrl), new StoreSurroundings(data, new FollowingOptions(), NullLogger.Instance));
        var verification = store.Verify(storage, end);
        Assert.That((verification.Sequence, verification.Differences.Count), Is.EqualTo((end, 0)));
        Assert.That(() => store.Verify(storage, end - 1), Throws.TypeOf<RebuildNeededException>());

        string target;
        using (var open = new SqsQueue(TestAws.Clients(LocalServices.Shared.SqsUrl).NewJson(Replication.Aws.AwsJsonService.Sqs), options))
        {
            target = open.OpenAsync().GetAwaiter().GetResult();
        }

        var file = new PositionFile(storage, "sqs", target);
        var (position, state) = file.Read();
        file.Write(position with { Fingerprint = position.Fingerprint + 1 }, state[..^1]);
        Assert.That(store.Verify(storage, end).Differences, Has.Count.EqualTo(2));
        Assert.That(() => new PositionFile(storage, "sqs", "another queue").Read(), Throws.TypeOf<RebuildNeededException>());

        Assert.That(store.Rebuild(storage, end), Is.Zero);
        Assert.That(file.Read().Position, Is.EqualTo(default(JournalPosition)));
    }

    private static async Task<int> RunAsync(string data, string queue, long end, long batchMessages, long step)
    {
        string[] arguments = [CrashSenderProgram.Command, data, $"{LocalServices.Shared.SqsUrl}", queue, $"{end}", $"{batchMessages}", $"{step}"];
        await using var process = ChildProcess.Start(typeof(SenderKillTests).Assembly.Location, arguments, new Dictionary<string, string>());
        return await process.WaitForExitAsync(HostProcess.Patience);
    }
}
