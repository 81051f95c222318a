using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Exchange.Matching.Book;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed class OrderStoreTests
{
    private const ulong HashFactor = 0x9E3779B97F4A7C15;

    [TestCase(0x1234_5678_9ABC_DEF0UL)]
    [TestCase(0UL)]
    [TestCase(1UL)]
    [TestCase(ulong.MaxValue)]
    public void Client_ids_with_one_hash_are_told_apart_whatever_the_order_of_removal(ulong hash)
    {
        const int account = 9;
        var ids = Enumerable.Range(1, 5).Select(salt => IdWithHash(hash, (ulong)salt)).ToArray();
        Assert.That(ids.Select(id => OrderStore.HashOf(account, id.IndexHash())).Distinct().Count(), Is.EqualTo(1), "the collision is real");
        Assert.That(ids.Distinct().Count(), Is.EqualTo(ids.Length));

        foreach (var removal in Permutations([0, 1, 2, 3, 4]))
        {
            using var store = new OrderStore();
            var slots = ids.Select((id, i) => store.Add(i + 1, account, symbolId: 0, id)).ToArray();
            var left = Enumerable.Range(0, ids.Length).ToHashSet();
            foreach (var removed in removal)
            {
                Check();
                store.Remove(slots[removed]);
                left.Remove(removed);
            }

            Check();

            void Check()
            {
                for (var i = 0; i < ids.Length; i++)
                {
                    Assert.That(store.Find(account, ids[i]), Is.EqualTo(left.Contains(i) ? slots[i] : 0), $"id {i}, removal {string.Join(",", removal)}");
                }
            }
        }
    }

    [Test]
    public void The_same_client_id_of_two_accounts_names_two_orders()
    {
        using var store = new OrderStore();
        var id = ClientOrderId.From("mine");
        var one = store.Add(1, accountId: 1, symbolId: 0, id);
        var other = store.Add(2, accountId: 2, symbolId: 0, id);

        Assert.That((store.Find(1, id), store.Find(2, id), store.Find(3, id)), Is.EqualTo((one, other, 0)));
    }

    [Test]
    public void A_random_history_agrees_with_a_plain_model()
    {
        var random = new SplitMix64(11);
        using var store = new OrderStore();
        List<ModelOrder> model = [];
        for (var step = 1; step <= 60_000; step++)
        {
            if (random.Chance(step / 6_000 % 2 == 0 ? 70 : 40) || model.Count == 0)
            {
                var order = new ModelOrder(step, random.Below(5) + 1, random.Below(3), random.Chance(30) ? default : ClientOrderId.From("id" + step % 977), 0);
                if (order.ClientOrderId.IsEmpty || !model.Exists(other => other.AccountId == order.AccountId && other.ClientOrderId == order.ClientOrderId))
                {
                    model.Add(order with { Slot = store.Add(order.Id, order.AccountId, order.SymbolId, order.ClientOrderId) });
                }
            }
            else
            {
                var index = random.Below(model.Count);
                store.Remove(model[index].Slot);
                Assert.That(store.Find(model[index].Id), Is.Zero);
                model.RemoveAt(index);
            }

            if (step % 2_000 == 0)
            {
                Check(store, model, step);
            }
        }
    }

    [TestCase(0L)]
    [TestCase(-1L)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    public void An_id_that_no_order_can_have_is_not_found(long orderId)
    {
        using var store = new OrderStore();
        store.Add(1, 1, 0, default);

        Assert.That(store.Find(orderId), Is.Zero);
    }

    private static void Check(OrderStore store, List<ModelOrder> model, int step)
    {
        Assert.That(store.Count, Is.EqualTo(model.Count), $"step {step}");
        foreach (var order in model)
        {
            Assert.That(store.Find(order.Id), Is.EqualTo(order.Slot), $"step {step}: order {order.Id} by id");
            Assert.That(store.ClientOrderIdOf(order.Slot), Is.EqualTo(order.ClientOrderId), $"step {step}: order {order.Id}");
            if (!order.ClientOrderId.IsEmpty)
            {
                Assert.That(store.Find(order.AccountId, order.ClientOrderId), Is.EqualTo(order.Slot), $"step {step}: order {order.Id} by client id");
            }
        }

        for (var account = 1; account <= 6; account++)
        {
            for (var symbol = 0; symbol < 3; symbol++)
            {
                var expected = model.Where(order => order.AccountId == account && order.SymbolId == symbol).Select(order => order.Id).ToArray();
                Assert.That(ListOf(store, account, symbol), Is.EqualTo(expected), $"step {step}: orders of account {account} on symbol {symbol}, oldest first");
            }
        }
    }

    /// <summary>Returns the account's list, after checking its links in both directions.</summary>
    private static List<long> ListOf(OrderStore store, int account, int symbol)
    {
        List<long> ids = [];
        var list = store.FindAccountOrders(account, symbol);
        if (list == 0)
        {
            return ids;
        }

        var previous = 0;
        for (var slot = store.OrdersOf(list).First; slot != 0; slot = store[slot].NextOfAccount)
        {
            Assert.That(store[slot].PreviousOfAccount, Is.EqualTo(previous));
            ids.Add(store[slot].OrderId);
            previous = slot;
        }

        Assert.That((store.OrdersOf(list).Last, store.OrdersOf(list).Count), Is.EqualTo((previous, ids.Count)));
        return ids;
    }

    /// <summary>
    /// Returns an id of 24 characters whose words give a chosen sum in <see cref="ClientOrderId.IndexHash"/>: two words are free, until the first, which takes what
    /// is left, has characters alone.
    /// </summary>
    private static ClientOrderId IdWithHash(ulong hash, ulong salt)
    {
        const int length = 24;
        for (var attempt = 0; ; attempt++)
        {
            var bytes = Encoding.ASCII.GetBytes($"first___{salt:x8}{attempt:x8}");
            var words = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan());
            var rest = hash
                ^ BitOperations.RotateLeft((words[1] + 0x165667B19E3779F9) * 0xC2B2AE3D27D4EB4F, 19)
                ^ BitOperations.RotateLeft((words[2] + 0x27D4EB2F165667C5) * 0xD6E8FEB86659FD93, 37);
            words[0] = rest * ModularInverse.Of(HashFactor) ^ length;
            if (ClientOrderId.TryCreate(bytes, out var id))
            {
                return id;
            }
        }
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(item => Permutations([.. items.Where(other => other != item)]).Select(rest => (int[])[item, .. rest]));

    private sealed record ModelOrder(long Id, int AccountId, int SymbolId, ClientOrderId ClientOrderId, int Slot);
}
