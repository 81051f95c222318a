using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Orders;

/// <summary>The window of closed orders and the client ids that are used again.</summary>
[TestFixture]
public sealed class ClosedOrdersTests
{
    [Test]
    public void The_window_forgets_the_order_that_closed_first()
    {
        var records = new TradingRecords();
        var view = new OrdersView(TradingRecords.Symbols(), closedOrdersKept: 2);
        for (var id = 1; id <= 4; id++)
        {
            records.Place(1, Side.Buy, 100, 1, $"c{id}").Accepted(id, restsWhole: true).BookUpdated().ApplyTo(view);
        }

        foreach (var id in new[] { 3, 1, 2 })
        {
            records.Cancel(1, id).Canceled(id, Side.Buy, 100, 1).BookUpdated().ApplyTo(view);
        }

        var found = Enumerable.Range(1, 4).Where(id => view.TryGet(1, 0, id, out _));
        var named = Enumerable.Range(1, 4).Where(id => view.TryGet(1, 0, ClientOrderId.From($"c{id}"), out _));
        Assert.That(found, Is.EqualTo(new[] { 1, 2, 4 }));
        Assert.That(named, Is.EqualTo(new[] { 1, 2, 4 }));
    }

    [Test]
    public void A_client_id_names_its_open_order_else_the_youngest_closed_one()
    {
        var records = new TradingRecords();
        var view = new OrdersView(TradingRecords.Symbols(), closedOrdersKept: 2);
        var clientId = ClientOrderId.From("again");
        for (var id = 1; id <= 5; id++)
        {
            records.Place(1, Side.Buy, 100, 1, "again").Accepted(id, restsWhole: true).BookUpdated().ApplyTo(view);
            Assert.That(view.TryGet(1, 0, clientId, out var open), Is.True);
            Assert.That((open.OrderId, open.Status), Is.EqualTo(((long)id, OrderStatus.New)));

            records.Cancel(1, id).Canceled(id, Side.Buy, 100, 1).BookUpdated().ApplyTo(view);
            Assert.That(view.TryGet(1, 0, clientId, out var closed), Is.True);
            Assert.That((closed.OrderId, closed.Status), Is.EqualTo(((long)id, OrderStatus.Canceled)));
        }

        Assert.That(Enumerable.Range(1, 5).Where(id => view.TryGet(1, 0, id, out _)), Is.EqualTo(new[] { 4, 5 }));
    }

    [Test]
    public void Rows_of_forgotten_orders_are_used_again()
    {
        var orders = new OrderTable(closedOrdersKept: 10);
        for (var id = 1; id <= 10_000; id++)
        {
            var row = orders.Add(Open(id, account: 1, symbol: 0, "same"));
            Close(orders, row, timeUs: id);
        }

        Assert.That((orders.RowCount, orders.ClosedCount), Is.EqualTo((11, 10)));
    }

    [TestCase(1, 1)]
    [TestCase(2, 7)]
    [TestCase(3, 200)]
    public void Random_lives_leave_the_same_orders_as_a_plain_list(int seed, int closedOrdersKept)
    {
        const int Accounts = 5;
        var random = new Random(seed);
        var table = new OrderTable(closedOrdersKept);
        List<OrderState> open = [];
        List<OrderState> closed = [];
        for (var id = 1; id <= 12_000; id++)
        {
            var added = Open(id, random.Next(1, Accounts + 1), random.Next(3), random.Next(3) == 0 ? "" : $"id{random.Next(20)}");
            var isTaken = !added.ClientOrderId.IsEmpty
                && open.Any(order => order.AccountId == added.AccountId && order.ClientOrderId == added.ClientOrderId);
            if (!isTaken)
            {
                table.Add(added);
                open.Add(added);
            }

            // Grows to some three thousand open orders, so that the indexes split many times, then ends most of them.
            for (var ends = id < 6_000 ? random.Next(2) : 2; ends > 0 && open.Count > 0; ends--)
            {
                var index = random.Next(open.Count);
                var row = table.Find(open[index].OrderId);
                Close(table, row, timeUs: id);
                open.RemoveAt(index);
                closed.Add(table.StateOf(row));
                if (closed.Count > closedOrdersKept)
                {
                    Assert.That(table.Find(closed[0].OrderId), Is.EqualTo(OrderTable.None));
                    closed.RemoveAt(0);
                }
            }

            if (id % 500 == 0)
            {
                Compare(table, open, closed, Accounts);
            }
        }

        Assert.That(table.RowCount, Is.LessThan(6_000));
    }

    private static OrderState Open(long id, int account, int symbol, string clientId) => new()
    {
        OrderId = id,
        AccountId = account,
        SymbolId = symbol,
        Quantity = id,
        ClientOrderId = ClientOrderId.From(clientId),
        Status = OrderStatus.New,
        CreatedUs = id,
        UpdatedUs = id,
    };

    private static void Close(OrderTable table, int row, long timeUs)
    {
        table.Progress(row).Status = OrderStatus.Canceled;
        table.Progress(row).UpdatedUs = timeUs;
        table.Close(row, timeUs);
    }

    private static void Compare(OrderTable table, List<OrderState> open, List<OrderState> closed, int accounts)
    {
        foreach (var order in open.Concat(closed))
        {
            var row = table.Find(order.OrderId);
            Assert.That(row, Is.Not.EqualTo(OrderTable.None), $"order {order.OrderId}");
            Assert.That(table.StateOf(row).Text(), Is.EqualTo(order.Text()));
        }

        for (var account = 1; account <= accounts; account++)
        {
            List<long> listed = [];
            for (var row = table.FirstOpen(account); row != OrderTable.None; row = table.NextOpen(row))
            {
                listed.Add(table.StateOf(row).OrderId);
            }

            Assert.That(listed, Is.EqualTo(open.Where(order => order.AccountId == account).Select(order => order.OrderId)));
        }

        var named = open.Concat(closed).Where(order => !order.ClientOrderId.IsEmpty)
            .GroupBy(order => (order.AccountId, order.SymbolId, order.ClientOrderId));
        foreach (var orders in named)
        {
            var row = table.Find(orders.Key.AccountId, orders.Key.SymbolId, orders.Key.ClientOrderId);
            Assert.That(table.StateOf(row).OrderId, Is.EqualTo(orders.Max(order => order.OrderId)));
        }
    }
}
