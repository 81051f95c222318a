using Exchange.Replication;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

[TestFixture]
public sealed class ReplicationModuleTests
{
    [Test]
    public void Both_positions_follow_the_journal_while_no_shared_journal_is_configured()
    {
        var durable = 0L;
        using var module = new ReplicationModule(
            () => durable, "nowhere", new FollowingOptions(), new SqlOptions { Provider = "none" }, NullLogger.Instance);

        Assert.That((module.DurableSequence, module.ReplicableSequence), Is.EqualTo((0L, 0L)));

        durable = 41;
        Assert.That((module.DurableSequence, module.ReplicableSequence), Is.EqualTo((41L, 41L)));
    }
}
