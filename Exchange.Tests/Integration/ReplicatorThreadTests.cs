using System.Runtime.Versioning;
using Exchange.Matching.Journal;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Exchange.Replication.Sql.Sqlite;
using Exchange.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>A replicator's own thread on real SQLite files: it goes on behind a locked, full or slow store, and ends where nothing can go on.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReplicatorThreadTests
{
    private static readonly FollowingOptions Following = new() { PollIntervalMs = 1, BackOffMs = 1, BackOffMaxMs = 5, BatchUnits = 300 };

    private StreamJournal _stream = null!;
    private FaultyDisk _journal = null!;
    private long _end;

    [OneTimeSetUp]
    public void MakeJournal()
    {
        _stream = new StreamJournal(77, 800, withHashes: false);
        _journal = _stream.ToDisk(seed: 1);
        _end = _stream.Records.Count;
    }

    [Test]
    public void It_follows_to_the_end_and_reports_no_lag()
    {
        using var store = new HistoryStore();
        using var thread = Start(store.NewReplicator());

        Await(() => thread.Status.LagSequences == 0);

        var status = thread.Status;
        Assert.That(status, Is.EqualTo(new ReplicatorStatus("sql", ReplicatorState.Following, _end, 0, 0, status.Batches, status.Units, status.RoundTrips, null)));
        Assert.That(status.Units / status.Batches, Is.InRange(Following.BatchUnits / 2, Following.BatchUnits * 4), "units of a batch");
        Assert.That(status.RoundTrips, Is.GreaterThanOrEqualTo(status.Batches));
        Assert.That(thread.Position, Is.EqualTo(_end));
    }

    [Test]
    public void A_locked_store_is_tried_again_until_it_is_free()
    {
        using var store = new HistoryStore().Follow(_journal, end: 1);
        using var other = new SqliteConnection($"Data Source={store.FilePath};Pooling=False");
        other.Open();
        using (other.BeginTransaction(deferred: false))
        {
            using var locked = Start(store.NewReplicator());
            Await(() => locked.Status.State == ReplicatorState.BackingOff);

            Assert.That(locked.Status.LastError, Does.Contain("locked"));
            Assert.That((locked.Status.LagSequences, locked.Status.LagUs > 0), Is.EqualTo((_end, true)), "nothing of this store is known yet");
            Assert.That(store.Number("SELECT sequence FROM replicator_position"), Is.GreaterThan(0), "readers go on");
        }

        using var thread = Start(store.NewReplicator());
        Await(() => thread.Status.LagSequences == 0);
        AssertWhole(store);
    }

    [Test]
    public void A_full_disk_is_tried_again_until_there_is_room()
    {
        using var whole = new HistoryStore().Follow(_journal, _end);
        using var store = new HistoryStore();
        var pagesMax = whole.Number("PRAGMA page_count") / 2;
        var replicator = new SqlReplicator(
            () =>
            {
                var connection = SqliteFile.OpenForWriting(store.FilePath, busyTimeoutMs: 1_000, cacheMegabytes: 8);
                using var command = connection.CreateCommand();
                command.CommandText = $"PRAGMA max_page_count = {pagesMax}";
                command.ExecuteNonQuery();
                return new SqliteWriter(connection);
            },
            openOrdersCached: 100);
        using var thread = Start(replicator);
        Await(() => thread.Status.State == ReplicatorState.BackingOff);
        Assert.That(thread.Status.LastError, Does.Contain("full"));
        Assert.That(thread.Status.AppliedSequence, Is.LessThan(_end));

        Volatile.Write(ref pagesMax, 1_000_000);

        Await(() => thread.Status.LagSequences == 0);
        Assert.That(thread.Status.LastError, Is.Null);
        AssertWhole(store);
    }

    [Test]
    public void A_slow_store_lags_and_catches_up()
    {
        using var store = new HistoryStore();
        using var gate = new ManualResetEventSlim();
        using var thread = Start(store.NewReplicator(what =>
        {
            if (what == "commit")
            {
                gate.Wait();
            }
        }));

        Assert.That((thread.Status.AppliedSequence, thread.Status.LagSequences), Is.EqualTo((0L, _end)));
        gate.Set();
        Await(() => thread.Status.LagSequences == 0);
        AssertWhole(store);
    }

    [Test]
    public void A_store_behind_the_journals_end_ends_it_and_is_not_read()
    {
        using var store = new HistoryStore().Follow(_journal, _end);
        using var thread = Start(store.NewReplicator(), end: 5);

        Await(() => thread.Status.State == ReplicatorState.RebuildNeeded);

        Assert.That(thread.Status.LastError, Does.Contain("behind the journal's end"));
        Assert.That(thread.UsablePosition, Is.Zero);
    }

    [Test]
    public void A_replicator_that_holds_back_too_much_ends()
    {
        using var store = new HistoryStore();
        using var thread = Start(store.NewReplicator());
        Await(() => thread.Status.LagSequences == 0);

        thread.MarkRebuildNeeded(heldBytes: 123);

        Await(() => thread.Status.State == ReplicatorState.RebuildNeeded);
        Assert.That(thread.Status.LastError, Does.Contain("123"));
    }

    [Test]
    public void It_registers_as_a_follower_of_the_journal_and_stops_without_a_trace()
    {
        using var store = new HistoryStore();
        var followers = new JournalFollowers();
        var surroundings = new StoreSurroundings(Path.GetDirectoryName(store.FilePath)!, Following, NullLogger.Instance);
        using var module = new ReplicationModule(() => _end, surroundings, [new SqlStore(Options.Create(new SqlOptions()), surroundings)]);

        module.Prepare(_journal, followers);
        Assert.That(followers.All().Select(follower => (follower.Name, follower.Position)), Is.EqualTo(new[] { ("sql", 0L) }));
        Assert.That(module.StartAsync().Wait(HostProcess.Patience), Is.True);
        Await(() => followers.All().Single().Position == _end);
        Assert.That(module.History.CompleteSequence, Is.EqualTo(_end));
        Assert.That(module.Replicators.Single().LagSequences, Is.Zero);

        module.Stop();
        Assert.That(followers.All(), Is.Empty);
        Assert.That(module.Replicators.Single().State, Is.EqualTo(ReplicatorState.Stopped));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(store.FilePath)!))
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    private static void Await(Func<bool> condition) => Assert.That(SpinWait.SpinUntil(condition, HostProcess.Patience), Is.True, "it did not come to that");

    private ReplicatorThread Start(IReplicator replicator, long? end = null)
    {
        var thread = new ReplicatorThread(replicator, _journal, () => end ?? _end, Following, NullLogger.Instance);
        thread.Start();
        return thread;
    }

    private void AssertWhole(HistoryStore store)
    {
        using var expected = new HistoryStore().Follow(_journal, _end);
        Assert.That(store.DifferencesFrom(expected), Is.Empty);
    }
}
