using Exchange.Risk;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Risk;

public sealed class UnfilledOrdersTests
{
    [Test]
    public void An_order_is_taken_out_once()
    {
        var orders = new UnfilledOrders();
        orders.Add(64);
        Assert.That(new[] { orders.Remove(63), orders.Remove(65), orders.Remove(64), orders.Remove(64) }, Is.EqualTo(new[] { false, false, true, false }));
    }

    [Test]
    public void It_equals_a_plain_set_over_random_orders()
    {
        var random = new Random(5);
        var orders = new UnfilledOrders();
        var plain = new HashSet<long>();
        for (var i = 0; i < 100_000; i++)
        {
            var orderId = random.Next(4) == 0 ? random.NextInt64(1L << 40) : 1 + random.Next(20_000);
            if (random.Next(2) == 0)
            {
                orders.Add(orderId);
                plain.Add(orderId);
            }
            else if (orders.Remove(orderId) != plain.Remove(orderId))
            {
                Assert.Fail($"step {i}: order {orderId}");
            }
        }
    }
}
