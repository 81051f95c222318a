using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Following;
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

    private sealed class FakeStore(string name) : IReplicatedStore
    {
        public List<string> Calls { get; } = [];

        public string Name => name;

        public bool IsOn { get; init; } = true;

        public IReplicator NewReplicator() => new IdleReplicator(name);

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

    private sealed class IdleReplicator(string name) : IReplicator
    {
        public string Name => name;

        public int PendingCount => 0;

        public long RoundTrips => 0;

        public JournalPosition Open() => default;

        public void Apply(long epoch, in Record record)
        {
        }

        public void Commit(in JournalPosition position)
        {
        }

        public void Close()
        {
        }
    }
}
