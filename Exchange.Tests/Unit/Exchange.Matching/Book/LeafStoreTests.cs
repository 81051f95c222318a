using Exchange.Matching.Book;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Book;

[TestFixture]
public sealed unsafe class LeafStoreTests
{
    private const long Number = 5;

    /// <summary>A look ahead remembers leaves, and asks them for whatever prices a client has sent.</summary>
    [Test]
    public void What_is_no_leaf_any_more_tells_nothing_of_any_key([Values(Leaf.Compact, Leaf.Wide)] long kind)
    {
        using var orders = new OrderStore();
        using var store = new LeafStore(orders.Start);
        var first = store.Take(Number, kind);
        var leaf = store.Take(Number, kind);
        var behind = store.Take(Number, Leaf.Wide);
        new Span<byte>(store.Start + behind + 1, 16 * Leaf.LineSize).Fill(1);
        store.Free(first);
        store.Free(leaf);

        foreach (var key in (long[])[.. Enumerable.Range(-200, 1_000).Select(key => (long)key), long.MaxValue, long.MinValue, long.MinValue + 1])
        {
            Assert.That(store.GuessQueue(store.Start + leaf, key), Is.EqualTo(default(PriceLevel)), $"key {key}");
            Assert.That(store.GuessQueue(store.Start, key), Is.EqualTo(default(PriceLevel)), $"line 0, key {key}");
        }
    }

    [Test]
    public void A_leaf_tells_the_queue_of_its_own_keys_alone()
    {
        using var orders = new OrderStore();
        using var store = new LeafStore(orders.Start);
        var wide = store.Start + store.Take(Number, Leaf.Wide);
        var compact = store.Start + store.Take(Number, Leaf.Compact);
        var queue = new PriceLevel { First = 7, Last = 8, Quantity = 20 };
        wide->Occupied = 1UL << 3;
        *Leaf.WideLevel(wide, 3) = queue;
        Leaf.Add(compact, 4, reference: 9);

        Assert.That(store.GuessQueue(wide, (Number << 6) + 3), Is.EqualTo(queue));
        Assert.That(store.GuessQueue(compact, (Number << 6) + 4), Is.EqualTo(new PriceLevel { First = 9, Last = 9 }));
        foreach (var key in (long[])[(Number << 6) + 5, ((Number + 1) << 6) + 3, ((Number - 1) << 6) + 4, 3, 4, -1])
        {
            Assert.That((store.GuessQueue(wide, key), store.GuessQueue(compact, key)), Is.EqualTo((default(PriceLevel), default(PriceLevel))), $"key {key}");
        }
    }
}
