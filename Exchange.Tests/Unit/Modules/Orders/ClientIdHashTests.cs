using Exchange.Matching.Types;
using Exchange.Orders;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Orders;

/// <summary>Client ids come from outside: who chooses them must not choose their places in the index.</summary>
public sealed class ClientIdHashTests
{
    private static readonly ClientOrderId[] Colliding =
    [
        .. ((string[])["aaaaaaaabbbbbbbb","o3oBiS9DJdV4dcIf","9-ziTq1KiuI0q_/h","5.0pNeAL5dA0ykgj",":4P9qPjWmniOZKLX","7GXvnlCc8Rl_NRO_","I8:QlFk3pvzyxwhU","_Ae38CkCQj2poO-E"]).Select(ClientOrderId.From),
    ];

    [Test]
    public void Ids_that_collide_in_the_stable_hash_do_not_collide_in_the_index()
    {
        var hashes = Colliding.Select(id => OrderTable.HashOf(1, 0, id.Bytes)).Distinct();

        Assert.That(Colliding.Select(id => id.StableHash()).Distinct().Count(), Is.EqualTo(1), "the ids are made to collide");
        Assert.That(hashes.Count(), Is.GreaterThan(Colliding.Length / 2));
    }

    [Test]
    public void Equal_keys_have_equal_hashes()
    {
        var id = Colliding[0];

        Assert.That(OrderTable.HashOf(7, 3, ClientOrderId.From(id.ToString()).Bytes), Is.EqualTo(OrderTable.HashOf(7, 3, id.Bytes)));
    }
}
