using Exchange.Replication.Following;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>Market data on a real Redis.</summary>
[TestFixture]
internal sealed class RedisReplicatorTests : ReplicatorConformance
{
    protected override int WritesAtLeast => 3;

    protected override int WritesPerFailure => 5;

    protected override IStore NewStore() => new Store(new RedisTestStore(Journal, LocalServices.Shared.RedisAddress));

    /// <summary>A symbol is one unit, so some may be ahead of the store's position: each must be what the journal says behind its own record.</summary>
    protected override void AssertHeldBack(IStore store, IStore before, IStore behind, string when)
    {
        var broken = ((Store)store).Redis;
        Assert.That(broken.Verify(LastSequence).Differences, Is.Empty, when);
        Assert.That(Position(broken), Is.EqualTo(Position(((Store)before).Redis)), when);

        static IEnumerable<string> Position(RedisTestStore redis) => redis.Dump().Where(line => line.StartsWith("position ", StringComparison.Ordinal));
    }

    private sealed class Store(RedisTestStore redis) : IStore
    {
        public RedisTestStore Redis => redis;

        public IReplicator NewReplicator(Action<string>? beforeStatement = null) => redis.NewReplicator(beforeStatement);

        public IReadOnlyList<string> DifferencesFrom(IStore other)
        {
            var (mine, others) = (redis.Dump(), ((Store)other).Redis.Dump());
            return [.. mine.Except(others).Select(line => $"too much: {line}"), .. others.Except(mine).Select(line => $"missing: {line}")];
        }

        public void Dispose() => redis.Dispose();
    }
}
