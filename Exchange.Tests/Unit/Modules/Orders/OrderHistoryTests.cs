using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;
using Fakes = Exchange.Tests.Support.Fakes;

namespace Exchange.Tests.Unit.Modules.Orders;

/// <summary>Queries that reach beyond the window: what is merged, what is asked of the store, and what an answer says of itself.</summary>
public sealed class OrderHistoryTests
{
    private const int Account = 1;
    private FakeHistory _history = null!;
    private TradingRecords _records = null!;
    private OrdersView _view = null!;
    private OrdersModule _module = null!;

    [SetUp]
    public void Start() => StartOver(closedOrdersKept: 2);

    [Test]
    public async Task As_long_as_nothing_has_left_memory_the_store_is_not_asked()
    {
        Closed(1);
        Closed(2);
        _history.IsUnavailable = true;

        var (ids, complete) = await OrderIdsAsync(Query());

        Assert.That((string.Join(' ', ids), complete, _history.Questions), Is.EqualTo(("1 2", 4L, 0)));
    }

    [Test]
    public async Task Window_and_store_are_merged_by_id_and_the_windows_order_counts()
    {
        var stored = Enumerable.Range(1, 5).Select(id => Closed(id)).ToList();
        Open(6);
        var stale = stored[4] with { Status = OrderStatus.New };
        _history.Orders.AddRange([stored[0], stored[1], stored[2], stored[3], stale]);
        _history.CompleteSequence = 10;

        var orders = new List<OrderState>();
        var complete = await _module.CopyOrdersAsync(Query(), orders, default);

        Assert.That(
            string.Join(' ', orders.Select(order => $"{order.OrderId}{order.Status}")),
            Is.EqualTo("1Canceled 2Canceled 3Canceled 4Canceled 5Canceled 6New"));
        Assert.That(complete, Is.EqualTo(11), "everything up to the last record");
    }

    [Test]
    public async Task A_page_is_cut_behind_the_merge()
    {
        _history.Orders.AddRange(Enumerable.Range(1, 6).Select(id => Closed(id)));
        _history.CompleteSequence = 12;

        Assert.That((await OrderIdsAsync(Query(limit: 3, takesNewest: true))).Ids, Is.EqualTo(new[] { 4, 5, 6 }));
        Assert.That((await OrderIdsAsync(Query(limit: 3, takesNewest: false))).Ids, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [TestCase(2, true, 0)]
    [TestCase(3, true, 1)]
    [TestCase(2, false, 1)]
    public async Task The_store_is_asked_only_where_it_can_add(int limit, bool takesNewest, int questions)
    {
        _history.Orders.AddRange(Enumerable.Range(1, 6).Select(id => Closed(id)));
        _history.CompleteSequence = 12;

        await OrderIdsAsync(Query(limit: limit, takesNewest: takesNewest));

        Assert.That(_history.Questions, Is.EqualTo(questions));
    }

    [Test]
    public async Task An_order_that_closed_late_keeps_a_newest_page_from_being_whole()
    {
        // Order 9 closes first and leaves the window; 1 and 2 stay: the newest two of all are not the newest two of the window.
        Open(1);
        Open(2);
        _history.Orders.Add(Closed(9));
        Close(1);
        Close(2);
        _history.CompleteSequence = 4;

        Assert.That((await OrderIdsAsync(Query(limit: 2, takesNewest: true))).Ids, Is.EqualTo(new[] { 2, 9 }));
    }

    [Test]
    public async Task A_store_that_lags_behind_the_window_is_told()
    {
        _history.Orders.Add(Enumerable.Range(1, 5).Select(id => Closed(id)).ToList()[0]);
        _history.CompleteSequence = 2;

        var (ids, complete) = await OrderIdsAsync(Query());

        Assert.That((string.Join(' ', ids), complete), Is.EqualTo(("1 4 5", 2L)), "orders 2 and 3 closed at 4 and 6");
    }

    [Test]
    public void A_store_that_cannot_be_read_where_it_is_needed_is_an_error()
    {
        Enumerable.Range(1, 5).ToList().ForEach(id => Closed(id));
        _history.IsUnavailable = true;

        Assert.That(async () => await OrderIdsAsync(Query()), Throws.TypeOf<HistoryUnavailableException>());
    }

    [Test]
    public async Task Without_a_store_the_window_is_all_there_is_and_the_answer_says_so()
    {
        _history.IsConfigured = false;
        Enumerable.Range(1, 5).ToList().ForEach(id => Closed(id));

        Assert.That(await OrderIdsAsync(Query()), Is.EqualTo((new long[] { 4, 5 }, 0L)).Using<(long[] Ids, long Complete), (long[] Ids, long Complete)>(
            (left, right) => left.Complete == right.Complete && left.Ids.SequenceEqual(right.Ids)));
        Assert.That((await _module.FindOrderAsync(Account, 0, 1, default)).IsFound, Is.False);
    }

    [Test]
    public async Task One_order_is_found_in_memory_first_and_then_in_the_store()
    {
        var stored = Enumerable.Range(1, 5).Select(id => Closed(id, $"id{id}")).ToList();
        _history.Orders.AddRange(stored);
        _history.CompleteSequence = 10;

        var recent = await _module.FindOrderAsync(Account, 0, 5, default);
        var questions = _history.Questions;
        var old = await _module.FindOrderAsync(Account, 0, 1, default);
        var named = await _module.FindOrderAsync(Account, 0, ClientOrderId.From("id2"), default);
        var none = await _module.FindOrderAsync(Account, 0, ClientOrderId.From("other"), default);

        Assert.That((recent.IsFound, questions), Is.EqualTo((true, 0)));
        Assert.That((old.IsFound, old.Order.OrderId, old.CompleteSequence), Is.EqualTo((true, 1L, 10L)));
        Assert.That((named.IsFound, named.Order.OrderId), Is.EqualTo((true, 2L)));
        Assert.That(none.IsFound, Is.False);
    }

    [Test]
    public void That_there_is_no_such_order_is_said_only_when_it_is_known()
    {
        _history.Orders.Add(Enumerable.Range(1, 5).Select(id => Closed(id)).ToList()[0]);
        _history.CompleteSequence = 2;

        Assert.That(async () => await _module.FindOrderAsync(Account, 0, 2, default), Throws.TypeOf<HistoryUnavailableException>());
        Assert.That(async () => (await _module.FindOrderAsync(Account, 0, 99, default)).IsFound, Is.False, "no forgotten order has so great an id");
    }

    [Test]
    public void What_the_store_holds_leaves_memory_but_the_newest()
    {
        StartOver(closedOrdersKept: 100_000);
        for (var id = 1; id <= OrdersView.KeptWhenStored + 50; id++)
        {
            _history.CompleteSequence = 2 * id;
            Closed(id);
        }

        Assert.That(_view.TryGet(Account, 0, 50, out _), Is.False);
        Assert.That(_view.TryGet(Account, 0, 51, out _), Is.True);
    }

    [Test]
    public void What_the_store_lacks_stays_up_to_the_bound()
    {
        StartOver(closedOrdersKept: 100_000);
        _history.CompleteSequence = 20;
        for (var id = 1; id <= OrdersView.KeptWhenStored + 50; id++)
        {
            Closed(id);
        }

        Assert.That(_view.TryGet(Account, 0, 10, out _), Is.False);
        Assert.That(_view.TryGet(Account, 0, 11, out _), Is.True);
    }

    private static OrderQuery Query(int limit = 500, bool takesNewest = true) => new(Account, 0, 0, 0, long.MaxValue, limit, takesNewest);

    private void StartOver(int closedOrdersKept)
    {
        _history = new FakeHistory();
        _records = new TradingRecords();
        _view = new OrdersView(TradingRecords.Symbols(), closedOrdersKept, tradesKept: 2, () => _history.CompleteSequence);
        _module = new OrdersModule(_view, _history, new Fakes.FakeGateway(), new ManualJournalTime());
    }

    private async Task<(long[] Ids, long Complete)> OrderIdsAsync(OrderQuery query)
    {
        var orders = new List<OrderState>();
        var complete = await _module.CopyOrdersAsync(query, orders, default);
        return ([.. orders.Select(order => order.OrderId)], complete);
    }

    private void Open(long id, string clientId = "") =>
        _records.Place(Account, Side.Buy, 100, 5, clientId).Accepted(id, restsWhole: true).ApplyTo(_view);

    private void Close(long id) => _records.Cancel(Account, id).Canceled(id, Side.Buy, 100, 5).ApplyTo(_view);

    /// <summary>Opens and cancels an order; returns it as it stands then.</summary>
    private OrderState Closed(long id, string clientId = "")
    {
        Open(id, clientId);
        Close(id);
        return _view.TryGet(Account, 0, id, out var order) ? order : throw new InvalidOperationException("an order is there right after it closed");
    }
}
