using System.Globalization;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using Exchange.Tests.Support.CrashReplicator;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// A store's writer is killed again and again, right before a write that chance picks, and started again on what it left: after every kill the
/// store is the fold of the journal up to its own position, with no row twice and none missing. Environment: EXCHANGE_REPLICATOR_KILLS, rounds (20);
/// EXCHANGE_SEED, what a run printed.
/// </summary>
public sealed class ReplicatorKillTests
{
    private const int KillExitCode = 137;
    private const int Commands = 1_500;

    [TestCase("sqlite", 1_500)]
    [TestCase("postgres", 120)]
    [TestCase("redis", 60)]
    [TestCase("dynamodb", 600)]
    public async Task A_killed_writer_leaves_rows_and_position_of_whole_batches(string provider, int writesMax)
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_REPLICATOR_KILLS"), out var given) ? given : 20;
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_SEED"), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : (ulong)Environment.ProcessId * 7_919 % 1_000_003;
        var random = new SplitMix64(seed);
        await TestContext.Progress.WriteLineAsync($"replicator kills on {provider}: {rounds} rounds, EXCHANGE_SEED={seed}");
        var data = Directory.CreateTempSubdirectory("exchange-kill-");
        try
        {
            var end = WriteJournal(data.FullName, seed);
            var storage = new FileStorage(data.FullName, JournalSyncMethod.Fdatasync, _ => { });
            var store = New(provider, storage, end);
            var kills = 0;
            var completed = 0;
            while (kills < rounds)
            {
                var exitCode = await RunAsync(data.FullName, store.Address, end, batchRows: random.Between(1, 300), write: random.Between(1, writesMax));

                Assert.That(exitCode, Is.EqualTo(KillExitCode).Or.Zero, "killed, or at the journal's end");
                kills += exitCode == KillExitCode ? 1 : 0;
                var (position, differences) = store.Check();
                Assert.That(differences, Is.Empty, $"kill {kills}, position {position}, EXCHANGE_SEED={seed}");
                if (exitCode == 0)
                {
                    Assert.That(position, Is.EqualTo(end));
                    completed++;
                    store.Store.Dispose();
                    store = New(provider, storage, end);
                }
            }

            store.Store.Dispose();
            await TestContext.Progress.WriteLineAsync($"replicator kills on {provider}: {kills} kills, the journal's end reached {completed} times");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    /// <summary>Makes an empty store.</summary>
    /// <returns>What it is found by, and a comparison with the journal up to its own position.</returns>
    private static (IDisposable Store, string Address, Func<(long Position, IReadOnlyList<string> Differences)> Check) New(
        string provider, FileStorage journal, long end)
    {
        if (provider == RedisTestStore.Kind)
        {
            var redis = new RedisTestStore(journal, LocalServices.Shared.RedisAddress);
            return (redis, redis.Address, () => redis.Verify(end) is var verified ? (verified.Sequence, verified.Differences) : default);
        }

        if (provider == DynamoDbTestStore.Kind)
        {
            var dynamoDb = new DynamoDbTestStore(journal, LocalServices.Shared.DynamoDbUrl);
            return (dynamoDb, dynamoDb.Address, () => dynamoDb.Verify(end) is var verified ? (verified.Sequence, verified.Differences) : default);
        }

        var history = HistoryStore.On(provider);
        return (history, history.Address, Check);

        (long Position, IReadOnlyList<string> Differences) Check()
        {
            var position = history.Number("SELECT COALESCE(MAX(sequence), 0) FROM replicator_position");
            using var expected = HistoryStore.On(provider).Follow(journal, position);
            return (position, history.DifferencesFrom(expected));
        }
    }

    private static async Task<int> RunAsync(string data, string store, long end, long batchRows, long write)
    {
        string[] arguments = [CrashReplicatorProgram.Command, data, store, $"{end}", $"{batchRows}", $"{write}"];
        await using var process = ChildProcess.Start(typeof(ReplicatorKillTests).Assembly.Location, arguments, new Dictionary<string, string>());
        return await process.WaitForExitAsync(HostProcess.Patience);
    }

    /// <summary>Returns the last sequence, which ends a command.</summary>
    private static long WriteJournal(string directory, ulong seed)
    {
        var stream = new StreamJournal(seed, Commands, withHashes: false);
        using var appender = StreamJournal.Open(new FileStorage(directory, JournalSyncMethod.Fdatasync, _ => { }), JournalEnd.Empty);
        stream.Write(appender, new Random((int)seed), 0, stream.Records.Count);
        Assert.That(new Record(stream.Records[^1]).Header.Flags & RecordFlags.Continues, Is.EqualTo(RecordFlags.None));
        return stream.Records.Count;
    }
}
