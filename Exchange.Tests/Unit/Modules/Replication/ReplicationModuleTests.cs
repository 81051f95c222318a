using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Exchange.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

[TestFixture]
public sealed class ReplicationModuleTests
{
    private static readonly StoreSurroundings Surroundings = new("nowhere", new FollowingOptions(), NullLogger.Instance);

    [Test]
    public void Both_positions_follow_the_journal_while_no_shared_journal_is_configured()
    {
        var durable = 0L;
        using var module = new ReplicationModule(
            () => durable, Surroundings, []);

        Assert.That((module.DurableSequence, module.ReplicableSequence), Is.EqualTo((0L, 0L)));

        durable = 41;
        Assert.That((module.DurableSequence, module.ReplicableSequence), Is.EqualTo((41L, 41L)));
    }

    [Test]
    public void Verbs_reach_the_store_that_they_name_and_no_other()
    {
        var stores = new[] { new FakeStore("one"), new FakeStore("two"), new FakeStore("off") { IsOn = false } };
        using var module = new ReplicationModule(() => 0, Surroundings, stores);

        Assert.That(module.Rebuild("two", new FaultyDisk(), 7), Is.EqualTo(7));
        Assert.That(module.Verify("one", new FaultyDisk(), 9).Sequence, Is.EqualTo(9));

        Assert.That(stores.Select(store => string.Join(' ', store.Calls)), Is.EqualTo(new[] { "verify 9", "rebuild 7", "" }));
        Assert.That(
            () => module.Rebuild("off", new FaultyDisk(), 7), Throws.ArgumentException.With.Message.Contains("'off'").And.Message.Contains("one or two"));
    }

    [Test]
    public void Every_store_that_is_on_is_followed_by_a_replicator_of_its_own()
    {
        using var module = new ReplicationModule(
            () => 0, Surroundings, [new FakeStore("one"), new FakeStore("off") { IsOn = false }, new FakeStore("two")]);
        var followers = new JournalFollowers();

        module.Prepare(new FaultyDisk(), followers);

        Assert.That(followers.All().Select(follower => follower.Name), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(module.Replicators.Select(status => (status.Name, status.State)), Is.EqualTo(
            new[] { ("one", ReplicatorState.Starting), ("two", ReplicatorState.Starting) }));
        Assert.That(module.History.IsConfigured, Is.False, "neither keeps history");
    }

    [Test]
    public async Task A_start_waits_until_the_history_is_open_and_for_nothing_else()
    {
        var stream = new StreamJournal(5, 20, withHashes: false);
        var journal = stream.ToDisk(seed: 1);
        var history = new StuckReplicator("history") { Position = new JournalRecall(journal, () => stream.Records.Count).PositionAt(2) };
        var other = new StuckReplicator("other");
        // Longer than the test is patient: a start that waits for the other store, too, is seen.
        var openWaitMs = 2 * (int)HostProcess.Patience.TotalMilliseconds;
        using var module = new ReplicationModule(() => stream.Records.Count, Waiting(openWaitMs), [new FakeHistoryStore(history), new FakeStore("other", other)]);
        using var released = new ReleasedAtEnd(history, other);
        module.Prepare(journal, new JournalFollowers());

        var start = module.StartAsync();
        history.IsOpening.Wait();
        other.IsOpening.Wait();
        Assert.That(start.IsCompleted, Is.False);

        history.MayOpen.Set();
        await start.WaitAsync(HostProcess.Patience);
        Assert.That(history.IsApplying.Wait(HostProcess.Patience), Is.True);

        Assert.That(module.History.CompleteSequence, Is.EqualTo(2), "known, although its first batch is under way");
        Assert.That(module.Replicators.Select(status => status.State), Is.All.EqualTo(ReplicatorState.Starting));
    }

    [Test]
    public async Task A_history_that_does_not_open_holds_the_start_as_long_as_the_options_say()
    {
        var history = new StuckReplicator("history");
        using var module = new ReplicationModule(() => 0, Waiting(1), [new FakeHistoryStore(history)]);
        using var released = new ReleasedAtEnd(history);
        module.Prepare(new FaultyDisk(), new JournalFollowers());

        await module.StartAsync().WaitAsync(HostProcess.Patience);

        Assert.That(module.History.CompleteSequence, Is.Zero, "what it holds is not known");
    }

    private static StoreSurroundings Waiting(int openWaitMs) => Surroundings with { Following = new FollowingOptions { OpenWaitMs = openWaitMs } };

    private sealed class FakeHistoryStore(IReplicator replicator) : FakeStore(replicator.Name, replicator), IHistoryStore
    {
        public IHistory NewHistory(Func<long> usablePosition) =>
            new SqlHistory(() => throw new NotSupportedException("nothing is asked"), usablePosition, queriesAtOnce: 1, default);
    }

    private class FakeStore(string name, IReplicator? replicator = null) : IReplicatedStore
    {
        public List<string> Calls { get; } = [];

        public string Name => name;

        public bool IsOn { get; init; } = true;

        public IReplicator NewReplicator() => replicator ?? new StuckReplicator(name);

        public long Rebuild(IStorage journal, long endSequence)
        {
            Calls.Add($"rebuild {endSequence}");
            return endSequence;
        }

        public StoreVerification Verify(IStorage journal, long endSequence)
        {
            Calls.Add($"verify {endSequence}");
            return new StoreVerification(endSequence, []);
        }
    }

    /// <summary>Stays in Open, and then in Apply, until a test lets it go.</summary>
    private sealed class StuckReplicator(string name) : IReplicator
    {
        public ManualResetEventSlim IsOpening { get; } = new();

        public ManualResetEventSlim MayOpen { get; } = new();

        public ManualResetEventSlim IsApplying { get; } = new();

        public ManualResetEventSlim MayApply { get; } = new();

        public JournalPosition Position { get; init; }

        public string Name => name;

        public int PendingCount => 0;

        public long RoundTrips => 0;

        public JournalPosition Open()
        {
            IsOpening.Set();
            MayOpen.Wait();
            return Position;
        }

        public void Apply(long epoch, in Record record)
        {
            IsApplying.Set();
            MayApply.Wait();
        }

        public void Commit(in JournalPosition position)
        {
        }

        public void Close()
        {
        }
    }

    /// <summary>Before the module waits for the threads.</summary>
    private sealed class ReleasedAtEnd(params StuckReplicator[] replicators) : IDisposable
    {
        public void Dispose()
        {
            foreach (var replicator in replicators)
            {
                replicator.MayOpen.Set();
                replicator.MayApply.Set();
            }
        }
    }
}
