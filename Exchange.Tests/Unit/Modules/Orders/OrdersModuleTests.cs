using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Orders;

[TestFixture]
public sealed class OrdersModuleTests
{
    private const int Token = 5;

    private readonly SymbolDirectory _symbols = TradingRecords.Symbols();
    private readonly Time _time = new();
    private TradingRecords _records = null!;
    private Gateway _gateway = null!;
    private IOrdersModule _orders = null!;

    private sealed class Time : IJournalTime
    {
        public long NowUs { get; set; }
    }

    private sealed class Reply(RejectReason reject, long sequence) : CommandReply
    {
        public int Disposals { get; private set; }

        public override int Token => OrdersModuleTests.Token;

        public override RejectReason Reject => reject;

        public override long Sequence => sequence;

        public override long TimeUs => 77;

        public override ReadOnlySpan<byte> Records => [];

        protected override void Release() => Disposals++;
    }

    private sealed class Gateway : ICommandGateway
    {
        private TaskCompletionSource<CommandReply> _completion = new();

        public bool IsFull { get; set; }

        public int Submissions { get; private set; }

        public CommandSlot Command { get; private set; }

        public ClaimClass ClaimClass { get; private set; }

        public bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply)
        {
            Command = command;
            ClaimClass = claimClass;
            _completion = new TaskCompletionSource<CommandReply>();
            reply = IsFull ? default : new ValueTask<CommandReply>(_completion.Task);

            // Last: whoever counts submissions looks at the command then.
            Submissions++;
            return !IsFull;
        }

        public bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply) =>
            throw new NotSupportedException("orders travel in slots");

        public Reply Complete(RejectReason reject, long sequence)
        {
            var reply = new Reply(reject, sequence);
            _completion.SetResult(reply);
            return reply;
        }

        public void Stop() => _completion.SetException(new ExchangeStoppedException());
    }

    [SetUp]
    public void SetUp()
    {
        _records = new TradingRecords();
        _gateway = new Gateway();
        _time.NowUs = 1_000;
        _orders = Provider([]).GetRequiredService<IOrdersModule>();
    }

    [Test]
    public async Task Placing_submits_the_order_and_answers_with_its_state_and_fills()
    {
        _records.Place(1, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var pending = _orders.PlaceAsync(NewOrder());
        var record = _records.Place(2, Side.Buy, 100, 5, "mine", timeInForce: TimeInForce.Ioc);
        record.Accepted(2).Trade(Side.Buy, 1, 1, 100, 5, makerFilled: true, takerFee: 4).Filled(2).BookUpdated().ApplyTo(_orders.View, Token);
        var reply = _gateway.Complete(RejectReason.None, record.Sequence);
        var result = await pending;

        Assert.That(Text(_gateway.Command), Is.EqualTo("PlaceOrder 2/1 order 0 @100 x5 Buy Limit Ioc None None 'mine' ''"));
        Assert.That(_gateway.ClaimClass, Is.EqualTo(ClaimClass.Normal));
        Assert.That((result.Admission, result.Reject, result.Sequence, result.TimeUs), Is.EqualTo((Admission.Executed, RejectReason.None, 2L, 77L)));
        Assert.That(result.Order.Text(), Is.EqualTo("2 2/0 'mine' Buy Limit Ioc @100 5/5 500000 Filled 1002-1002-1002"));
        Assert.That(result.Fills.Text(), Is.EqualTo("#1:5@100-4"));
        Assert.That(reply.Disposals, Is.EqualTo(1));
    }

    [Test]
    public async Task A_quote_amount_travels_as_a_flag()
    {
        var order = NewOrder();
        order.Type = OrderType.Market;
        order.TimeInForce = TimeInForce.Gtc;
        order.Price = 0;
        order.Quantity = 900;
        order.IsQuoteQuantity = true;
        var pending = _orders.PlaceAsync(order);
        _gateway.Complete(RejectReason.InsufficientBalance, 1);
        await pending;

        Assert.That(Text(_gateway.Command), Is.EqualTo("PlaceOrder 2/1 order 0 @0 x900 Buy Market Gtc QuoteQuantity None 'mine' ''"));
    }

    [Test]
    public async Task Cancelling_uses_the_reserve_and_answers_with_the_order()
    {
        _records.Place(2, Side.Sell, 100, 5, "old").Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var pending = _orders.CancelAsync(Cancel());
        var record = _records.Cancel(2, 1);
        record.Canceled(1, Side.Sell, 100, 5).BookUpdated().ApplyTo(_orders.View, Token);
        var reply = _gateway.Complete(RejectReason.None, record.Sequence);
        var result = await pending;

        Assert.That(Text(_gateway.Command), Is.EqualTo("CancelOrder 2/1 order 1 @0 x0 Buy 0 0 None OnlyNew 'old' 'new'"));
        Assert.That(_gateway.ClaimClass, Is.EqualTo(ClaimClass.Reserved));
        Assert.That(result.Order.Text(), Is.EqualTo("1 2/0 'old' Sell Limit Gtc @100 0/5 0 Canceled 1001-1002-1001"));
        Assert.That((result.Admission, result.Reject, result.Sequence, result.TimeUs), Is.EqualTo((Admission.Executed, RejectReason.None, 2L, 77L)));
        Assert.That(reply.Disposals, Is.EqualTo(1));
    }

    [Test]
    public async Task A_mass_cancel_uses_the_reserve_and_answers_with_every_order()
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        _records.Place(2, Side.Sell, 101, 5).Accepted(2, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var pending = _orders.CancelAllAsync(2, _symbols.Symbol(1), 1_000);
        var record = _records.CancelAll(2);
        record.Canceled(1, Side.Sell, 100, 5).Canceled(2, Side.Sell, 101, 5).BookUpdated().ApplyTo(_orders.View, Token);
        var reply = _gateway.Complete(RejectReason.None, record.Sequence);
        var result = await pending;

        Assert.That(Text(_gateway.Command), Is.EqualTo("CancelAllOrders 2/1 order 0 @0 x0 Buy 0 0 None None '' ''"));
        Assert.That(_gateway.ClaimClass, Is.EqualTo(ClaimClass.Reserved));
        Assert.That(result.Orders.Select(order => (order.OrderId, order.Status)), Is.EqualTo(new[] { (1L, OrderStatus.Canceled), (2L, OrderStatus.Canceled) }));
        Assert.That(reply.Disposals, Is.EqualTo(1));
    }

    [Test]
    public async Task Amending_and_moving_answer_with_the_changed_order()
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var amending = _orders.AmendAsync(Amend(newQuantity: 2));
        Assert.That(Text(_gateway.Command), Is.EqualTo("ReduceOrder 2/0 order 1 @0 x3 Buy 0 0 None None '' ''"));
        var record = _records.Reduce(2, 1, 3);
        record.Reduced(1, Side.Sell, 100, 3).BookUpdated().ApplyTo(_orders.View, Token);
        _gateway.Complete(RejectReason.None, record.Sequence);
        Assert.That((await amending).Order.Text(), Is.EqualTo("1 2/0 '' Sell Limit Gtc @100 0/2 0 New 1001-1002-1001"));

        var moving = _orders.MoveAsync(2, _symbols.Symbol(1), orderId: 1, newPrice: 90);
        Assert.That(Text(_gateway.Command), Is.EqualTo("MoveOrder 2/1 order 1 @90 x0 Buy 0 0 None None '' ''"));
        record = _records.Move(2, 1, 90);
        record.Moved(1, Side.Sell, 100, 90, 2, restsWhole: true).BookUpdated().ApplyTo(_orders.View, Token);
        _gateway.Complete(RejectReason.None, record.Sequence);
        Assert.That((await moving).Order.Text(), Is.EqualTo("1 2/0 '' Sell Limit Gtc @90 0/2 0 New 1001-1003-1001"));
    }

    [Test]
    public async Task An_amendment_waits_for_the_one_before_it_and_counts_from_what_that_one_left()
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var first = _orders.AmendAsync(Amend(newQuantity: 4));
        var second = _orders.AmendAsync(Amend(newQuantity: 2));
        Assert.That(_gateway.Submissions, Is.EqualTo(1), "the second waits");

        var record = _records.Reduce(2, 1, 1);
        record.Reduced(1, Side.Sell, 100, 1).BookUpdated().ApplyTo(_orders.View, Token);
        _gateway.Complete(RejectReason.None, record.Sequence);
        await first;

        // The second goes on by itself, on a thread of the pool.
        Assert.That(SpinWait.SpinUntil(() => _gateway.Submissions == 2, TimeSpan.FromSeconds(30)), "the second comes to the engine");
        Assert.That(Text(_gateway.Command), Is.EqualTo("ReduceOrder 2/0 order 1 @0 x2 Buy 0 0 None None '' ''"));
        record = _records.Reduce(2, 1, 2);
        record.Reduced(1, Side.Sell, 100, 2).BookUpdated().ApplyTo(_orders.View, Token);
        _gateway.Complete(RejectReason.None, record.Sequence);
        Assert.That((await second).Order.Quantity, Is.EqualTo(2));
    }

    [TestCase(5, RejectReason.NoChange)]
    [TestCase(6, RejectReason.InvalidQuantity)]
    public async Task An_amendment_that_does_not_lower_the_quantity_never_comes_to_the_engine(long quantity, RejectReason reason)
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);

        var result = await _orders.AmendAsync(Amend(quantity));

        Assert.That(result, Is.EqualTo(new CancelResult(Admission.Executed, reason, 0, 0, default)));
        Assert.That(_gateway.Submissions, Is.Zero);
    }

    [TestCase(3, 1, "", RejectReason.UnknownOrder, TestName = "An_amendment_of_another_accounts_order_is_refused")]
    [TestCase(2, 9, "", RejectReason.UnknownOrder, TestName = "An_amendment_of_no_order_is_refused")]
    [TestCase(2, 0, "mine", RejectReason.UnknownOrder, TestName = "An_amendment_of_an_unknown_client_id_is_refused")]
    [TestCase(2, 1, "mine", RejectReason.ClientOrderIdMismatch, TestName = "An_amendment_whose_ids_disagree_is_refused")]
    public async Task An_amendment_of_the_wrong_order_is_refused(int accountId, long orderId, string clientOrderId, RejectReason reason)
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var amend = Amend(newQuantity: 2) with { AccountId = accountId, OrderId = orderId };
        amend.OriginalClientOrderId = ClientOrderId.From(clientOrderId);

        Assert.That((await _orders.AmendAsync(amend)).Reject, Is.EqualTo(reason));
        Assert.That(_gateway.Submissions, Is.Zero);
    }

    [Test]
    public async Task A_rejection_comes_back_with_its_reason_and_place_in_the_journal()
    {
        var placing = _orders.PlaceAsync(NewOrder());
        var reply = _gateway.Complete(RejectReason.InsufficientBalance, 9);
        Assert.That(await placing, Is.EqualTo(new PlaceResult(Admission.Executed, RejectReason.InsufficientBalance, 9, 77, default, [])));
        Assert.That(reply.Disposals, Is.EqualTo(1));

        var canceling = _orders.CancelAsync(Cancel());
        reply = _gateway.Complete(RejectReason.UnknownOrder, 10);
        Assert.That(await canceling, Is.EqualTo(new CancelResult(Admission.Executed, RejectReason.UnknownOrder, 10, 77, default)));
        Assert.That(reply.Disposals, Is.EqualTo(1));

        var mass = _orders.CancelAllAsync(2, _symbols.Symbol(1), 1_000);
        reply = _gateway.Complete(RejectReason.UnknownOrder, 11);
        Assert.That(await mass, Is.EqualTo(new CancelAllResult(Admission.Executed, RejectReason.UnknownOrder, 11, 77, [])));
        Assert.That(reply.Disposals, Is.EqualTo(1));
    }

    [Test]
    public async Task At_its_deadline_a_command_goes_in_and_a_microsecond_later_it_does_not()
    {
        var placing = _orders.PlaceAsync(NewOrder());
        _gateway.Complete(RejectReason.InsufficientBalance, 1);
        Assert.That((await placing).Admission, Is.EqualTo(Admission.Executed));
        var canceling = _orders.CancelAsync(Cancel());
        _gateway.Complete(RejectReason.UnknownOrder, 2);
        Assert.That((await canceling).Admission, Is.EqualTo(Admission.Executed));
        var mass = _orders.CancelAllAsync(2, _symbols.Symbol(1), 1_000);
        _gateway.Complete(RejectReason.UnknownOrder, 3);
        Assert.That((await mass).Admission, Is.EqualTo(Admission.Executed));
        Assert.That(_gateway.Submissions, Is.EqualTo(3));

        _time.NowUs = 1_001;
        Assert.That((await _orders.PlaceAsync(NewOrder())).Admission, Is.EqualTo(Admission.TooLate));
        Assert.That((await _orders.CancelAsync(Cancel())).Admission, Is.EqualTo(Admission.TooLate));
        Assert.That((await _orders.CancelAllAsync(2, _symbols.Symbol(1), 1_000)).Admission, Is.EqualTo(Admission.TooLate));
        Assert.That(_gateway.Submissions, Is.EqualTo(3));
    }

    [Test]
    public async Task A_full_ring_does_nothing()
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        _gateway.IsFull = true;
        var symbol = _symbols.Symbol(1);

        Assert.That(await _orders.PlaceAsync(NewOrder()), Is.EqualTo(new PlaceResult(Admission.Overloaded, RejectReason.None, 0, 0, default, [])));
        Assert.That((await _orders.CancelAsync(Cancel())).Admission, Is.EqualTo(Admission.Overloaded));
        Assert.That((await _orders.CancelAllAsync(2, symbol, 1_000)).Admission, Is.EqualTo(Admission.Overloaded));
        Assert.That((await _orders.AmendAsync(Amend(newQuantity: 1))).Admission, Is.EqualTo(Admission.Overloaded));
        Assert.That((await _orders.MoveAsync(2, symbol, 1, 1)).Admission, Is.EqualTo(Admission.Overloaded));
    }

    [Test]
    public async Task An_amendment_that_failed_lets_the_next_one_through()
    {
        _records.Place(2, Side.Sell, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(_orders.View);
        var failing = _orders.AmendAsync(Amend(newQuantity: 4)).AsTask();
        _gateway.Stop();
        Assert.That(async () => await failing, Throws.TypeOf<ExchangeStoppedException>());

        _gateway.IsFull = true;
        Assert.That((await _orders.AmendAsync(Amend(newQuantity: 3))).Admission, Is.EqualTo(Admission.Overloaded));
    }

    [Test]
    public void A_stopped_exchange_faults_the_task()
    {
        var placing = _orders.PlaceAsync(NewOrder()).AsTask();
        _gateway.Stop();

        Assert.That(async () => await placing, Throws.TypeOf<ExchangeStoppedException>());
    }

    [TestCase("0")]
    [TestCase("10000001")]
    public void A_window_out_of_range_stops_the_start_and_names_the_option(string value)
    {
        using var provider = Provider(new() { ["Exchange:Orders:ClosedOrdersKept"] = value });

        Assert.That(
            () => provider.GetRequiredService<IStartupValidator>().Validate(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Exchange:Orders:ClosedOrdersKept"));
    }

    [TestCase(null, 100_000)]
    [TestCase("1", 1)]
    [TestCase("10000000", 10_000_000)]
    public void The_window_comes_from_the_configuration(string? value, int expected)
    {
        using var provider = Provider(value is null ? [] : new() { ["Exchange:Orders:ClosedOrdersKept"] = value });
        provider.GetRequiredService<IStartupValidator>().Validate();

        Assert.That(provider.GetRequiredService<IOptions<OrdersOptions>>().Value.ClosedOrdersKept, Is.EqualTo(expected));
    }

    private ServiceProvider Provider(Dictionary<string, string?> configuration) => new ServiceCollection()
        .AddSingleton(_symbols)
        .AddSingleton<ICommandGateway>(_gateway)
        .AddSingleton<IJournalTime>(_time)
        .AddSingleton<IHistory>(new FakeHistory())
        .AddOrdersModule(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build())
        .BuildServiceProvider();

    private NewOrder NewOrder() => new()
    {
        AccountId = 2,
        Symbol = _symbols.Symbol(1),
        Side = Side.Buy,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Ioc,
        Price = 100,
        Quantity = 5,
        ClientOrderId = ClientOrderId.From("mine"),
        DeadlineUs = 1_000,
    };

    private AmendOrder Amend(long newQuantity) => new()
    {
        AccountId = 2,
        Symbol = _symbols.Symbol(0),
        OrderId = 1,
        NewQuantity = newQuantity,
        DeadlineUs = 1_000,
    };

    private CancelOrder Cancel() => new()
    {
        AccountId = 2,
        Symbol = _symbols.Symbol(1),
        OrderId = 1,
        OriginalClientOrderId = ClientOrderId.From("old"),
        CancelClientOrderId = ClientOrderId.From("new"),
        Restriction = CancelRestriction.OnlyNew,
        DeadlineUs = 1_000,
    };

    private static string Text(CommandSlot slot) =>
        $"{slot.Type} {slot.AccountId}/{slot.SymbolId} order {slot.OrderId} @{slot.Price} x{slot.Quantity} {slot.Side} {slot.OrderType} {slot.TimeInForce} "
        + $"{slot.Flags} {slot.Restriction} '{slot.ClientOrderId}' '{slot.CancelClientOrderId}'";
}
