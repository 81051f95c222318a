using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Engine;

/// <summary>A venue as its operators run it: every change a request of one of them, and each executed once.</summary>
[TestFixture]
public sealed class AdministrationTests
{
    private const int AllSymbols = TradingCommandCodec.NoSymbol;

    private BareExchange _venue = null!;
    private int _lastRequest;

    [SetUp]
    public void Start()
    {
        _lastRequest = 0;
        _venue = new BareExchange();
        Run(Requests.Payload(CommandType.Genesis, (GenesisCommand.Default(ExchangeMode.Venue) with { WorkLimit = 2 }).ToBytes(), 0));
        Run(Requests.Appoint());
    }

    [TearDown]
    public void Stop()
    {
        Assert.That(_venue.Engine.FindInconsistency(), Is.Null);
        _venue.Dispose();
    }

    [Test]
    public void A_venue_takes_administration_from_operators_only([Values(
        CommandType.AddSymbol, CommandType.OpenAccount, CommandType.AdjustBalance, CommandType.ReleaseQuarantine, CommandType.SetHalt,
        CommandType.CreateOperator)] CommandType type) =>
        Assert.That(Run(Requests.Payload(type, [], 1)), Is.EqualTo(RejectReason.OperatorRequired));

    [Test]
    public void The_sandboxs_own_operator_is_unknown_to_a_venue() =>
        Assert.That(
            Run(Requests.Of(1, CommandType.OpenAccount, new OpenAccountCommand().ToBytes(), AdministerCommand.SandboxOperator)),
            Is.EqualTo(RejectReason.UnknownOperator));

    [Test]
    public void Roles_say_who_may_ask_for_what()
    {
        var clerk = Create("clerk", OperatorRole.Operator);
        var auditor = Create("auditor", OperatorRole.Auditor);
        var account = new OpenAccountCommand().ToBytes();
        var another = new CreateOperatorCommand("another", OperatorRole.Operator, Requests.TokenHash("another")).ToBytes();

        Assert.That(Ask(CommandType.OpenAccount, account, clerk), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.CreateOperator, another, clerk), Is.EqualTo(RejectReason.OperatorNotPermitted));
        Assert.That(Ask(CommandType.OpenAccount, account, auditor), Is.EqualTo(RejectReason.OperatorNotPermitted));
        Assert.That(Ask(CommandType.OpenAccount, account, operatorId: 99), Is.EqualTo(RejectReason.UnknownOperator));
        Assert.That(Ask(CommandType.SetOperator, new SetOperatorCommand(clerk, false).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.OpenAccount, account, clerk), Is.EqualTo(RejectReason.OperatorDisabled));
        Assert.That(
            Ask(CommandType.SetOperator, new SetOperatorCommand(Requests.Administrator, false).ToBytes()),
            Is.EqualTo(RejectReason.LastAdministrator));
    }

    [Test]
    public void A_repeated_request_is_answered_and_not_executed_again()
    {
        OpenMarket();
        var deposit = new AdjustBalanceCommand(1, 1, 500).ToBytes();
        var before = Free(1, 1);
        var request = Requests.Of(777, CommandType.AdjustBalance, deposit);

        Assert.That(Run(request), Is.EqualTo(RejectReason.None));
        var first = _venue.Sequence;
        var hash = _venue.Engine.ComputeStateHash();
        byte[] repeated = [];
        _venue.Execute(request, record => repeated = record);

        var events = new Record(repeated).Events;
        Assert.That(events.MoveNext() && events.Type == EventType.RequestRepeated, Is.True);
        Assert.That((events.As<RequestRepeated>().FirstSequence, events.As<RequestRepeated>().ResultId), Is.EqualTo((first, 0)));
        Assert.That(Free(1, 1), Is.EqualTo(before + 500), "deposited once");
        Assert.That(_venue.Engine.ComputeStateHash(), Is.EqualTo(hash), "the repetition changed nothing");
        Assert.That(_venue.Operators.Audit(1, long.MaxValue)[0].FirstSequence, Is.EqualTo(first), "the trail shows it");
    }

    [Test]
    public void A_repeated_creation_names_what_the_first_one_created_though_its_key_is_new()
    {
        OpenMarket();
        AddApiKeyCommand Key(string value) => new(2, ApiKeyPermissions.All, System.Text.Encoding.ASCII.GetBytes(value), [1]);
        Run(Requests.Of(777, CommandType.AddApiKey, Key("first").ToBytes()));

        byte[] repeated = [];
        _venue.Execute(Requests.Of(777, CommandType.AddApiKey, Key("second").ToBytes()), record => repeated = record);

        var events = new Record(repeated).Events;
        Assert.That(events.MoveNext() && events.Type == EventType.RequestRepeated, Is.True);
        Assert.That(_venue.Accounts.KeyById(events.As<RequestRepeated>().ResultId)!.Value, Is.EqualTo("first"));
        Assert.That(_venue.Accounts.TryGetApiKey("second", out _), Is.False);
    }

    [Test]
    public void An_id_belongs_to_one_request_of_one_operator()
    {
        OpenMarket();
        var clerk = Create("clerk", OperatorRole.Operator);
        var deposit = new AdjustBalanceCommand(1, 1, 500).ToBytes();
        Run(Requests.Of(777, CommandType.AdjustBalance, deposit));

        Assert.That(Run(Requests.Of(777, CommandType.AdjustBalance, new AdjustBalanceCommand(1, 1, 501).ToBytes())), Is.EqualTo(RejectReason.RequestIdReused));
        Assert.That(Run(Requests.Of(777, CommandType.AdjustBalance, deposit, clerk)), Is.EqualTo(RejectReason.RequestIdReused));
        Assert.That(Run(Requests.Of(777, CommandType.AdjustBalance, deposit, reason: "other words")), Is.EqualTo(RejectReason.None), "words are no part of it");
    }

    [Test]
    public void A_refused_request_leaves_its_id_free()
    {
        OpenMarket();
        var withdrawal = Requests.Of(777, CommandType.AdjustBalance, new AdjustBalanceCommand(1, 1, -(1L << 40) - 1).ToBytes());
        Assert.That(Run(withdrawal), Is.EqualTo(RejectReason.InsufficientBalance));
        Ask(CommandType.AdjustBalance, new AdjustBalanceCommand(1, 1, 1).ToBytes());

        Assert.That(Run(withdrawal), Is.EqualTo(RejectReason.None));
        Assert.That(Free(1, 1), Is.Zero);
    }

    [Test]
    public void A_halted_symbol_takes_cancels_only_until_it_is_resumed()
    {
        OpenMarket();
        Place(1, Side.Sell, price: 10);

        Assert.That(Ask(CommandType.SetHalt, new SetHaltCommand(0, true).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.SetHalt, new SetHaltCommand(0, true).ToBytes()), Is.EqualTo(RejectReason.NoChange));
        Assert.That(_venue.Symbols.RestrictionsOf(0), Is.EqualTo(Restrictions.Halt));
        Assert.That(Place(2, Side.Buy, price: 10), Is.EqualTo(RejectReason.MarketClosed));
        Assert.That(Run(Requests.Trading(CommandSlots.Move(1, orderId: 1, newPrice: 9))), Is.EqualTo(RejectReason.MarketClosed));
        Assert.That(Run(Requests.Trading(CommandSlots.Cancel(1, orderId: 1))), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.SetHalt, new SetHaltCommand(0, false).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Place(2, Side.Buy, price: 10), Is.EqualTo(RejectReason.None));
    }

    [Test]
    public void A_halted_venue_halts_the_symbols_to_come_and_keeps_those_halted_that_were()
    {
        OpenMarket();
        Ask(CommandType.SetHalt, new SetHaltCommand(0, true).ToBytes());
        Ask(CommandType.SetHalt, new SetHaltCommand(AllSymbols, true).ToBytes());
        AddSymbol("NEWCASH");
        Assert.That(Place(1, Side.Sell, price: 10, symbolId: 1), Is.EqualTo(RejectReason.MarketClosed));

        Ask(CommandType.SetHalt, new SetHaltCommand(AllSymbols, false).ToBytes());

        Assert.That(Place(1, Side.Sell, price: 10, symbolId: 1), Is.EqualTo(RejectReason.None));
        Assert.That(Place(1, Side.Sell, price: 10), Is.EqualTo(RejectReason.MarketClosed));
    }

    [Test]
    public void The_kill_switch_of_an_account_blocks_in_its_first_record_and_cancels_in_bounded_ones()
    {
        OpenMarket();
        AddSymbol("NEWCASH");
        for (var price = 1; price <= 5; price++)
        {
            Place(1, Side.Buy, price);
            Place(1, Side.Buy, price, symbolId: 1);
            Place(2, Side.Buy, price);
        }

        List<byte[]> records = [];
        var kill = Requests.Of(777, CommandType.CancelOrders, new CancelOrdersCommand(1, AllSymbols, Blocks: true).ToBytes());
        _venue.Begin(kill, records.Add);
        Assert.That(_venue.Accounts.TryGetAccount(1, out var isEnabled) && !isEnabled, Is.True, "blocked before the first cancel");
        while (_venue.Engine.HasPendingWork)
        {
            _venue.Continue(1, records.Add);
        }

        Assert.That(records.Skip(1).Select(Canceled), Is.EqualTo(new[] { 2, 2, 1, 2, 2, 1 }), "the bound is 2; a record is about one symbol");
        Assert.That(OpenOrders(1), Is.Zero);
        Assert.That(OpenOrders(2), Is.EqualTo(5), "others keep theirs");
        Assert.That(Place(1, Side.Buy, 1), Is.EqualTo(RejectReason.AccountCancelOnly));
        Assert.That(Ask(CommandType.SetAccount, new SetAccountCommand(1, true).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Place(1, Side.Buy, 1), Is.EqualTo(RejectReason.None));
    }

    [TestCase(0, 0, true)]
    [TestCase(0, AllSymbols, true)]
    [TestCase(0, AllSymbols, false)]
    [TestCase(2, 0, false)]
    public void Orders_are_cancelled_by_symbol_by_account_or_all(int accountId, int symbolId, bool blocks)
    {
        OpenMarket();
        AddSymbol("NEWCASH");
        for (var price = 1; price <= 3; price++)
        {
            foreach (var account in (int[])[1, 2])
            {
                foreach (var symbol in (int[])[0, 1])
                {
                    Place(account, Side.Buy, price, symbol);
                    Place(account, Side.Sell, price + 10, symbol);
                }
            }
        }

        Assert.That(Ask(CommandType.CancelOrders, new CancelOrdersCommand(accountId, symbolId, blocks).ToBytes()), Is.EqualTo(RejectReason.None));

        foreach (var account in (int[])[1, 2])
        {
            var open = _venue.Engine.InspectOrders(0, Side.Buy).Concat(_venue.Engine.InspectOrders(0, Side.Sell)).Count(order => order.AccountId == account);
            var openOnOther = OpenOrders(account) - open;
            Assert.That(open, Is.EqualTo(accountId is 0 || accountId == account ? 0 : 6), $"account {account}, symbol 0");
            Assert.That(openOnOther, Is.EqualTo((accountId is 0 || accountId == account) && symbolId == AllSymbols ? 0 : 6), $"account {account}, symbol 1");
        }

        Assert.That(_venue.Symbols.IsCancelOnly(0), Is.EqualTo(blocks));
        Assert.That(_venue.Symbols.IsCancelOnly(1), Is.EqualTo(blocks && symbolId == AllSymbols));
    }

    [Test]
    public void Nobody_withdraws_what_is_held()
    {
        OpenMarket();
        Place(1, Side.Buy, price: 10);
        var free = Free(1, 1);
        Assert.That(free, Is.LessThan(1L << 40));

        Assert.That(Ask(CommandType.AdjustBalance, new AdjustBalanceCommand(1, 1, -free - 1).ToBytes()), Is.EqualTo(RejectReason.InsufficientBalance));
        Assert.That(Ask(CommandType.AdjustBalance, new AdjustBalanceCommand(1, 1, -free).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Free(1, 1), Is.Zero);
    }

    [Test]
    public void Keys_are_added_disabled_and_enabled_by_value()
    {
        OpenMarket();
        var key = new AddApiKeyCommand(2, ApiKeyPermissions.Read, "Key2"u8.ToArray(), [9]);

        Assert.That(Ask(CommandType.AddApiKey, key.ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.AddApiKey, key.ToBytes()), Is.EqualTo(RejectReason.DuplicateApiKey));
        Assert.That(Ask(CommandType.AddApiKey, (key with { AccountId = 9 }).ToBytes()), Is.EqualTo(RejectReason.UnknownAccount));
        Assert.That(Ask(CommandType.SetApiKey, new SetApiKeyCommand("None"u8.ToArray(), false).ToBytes()), Is.EqualTo(RejectReason.UnknownApiKey));
        Assert.That(Ask(CommandType.SetApiKey, new SetApiKeyCommand("Key2"u8.ToArray(), false).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.SetApiKey, new SetApiKeyCommand("Key2"u8.ToArray(), false).ToBytes()), Is.EqualTo(RejectReason.NoChange));
        _venue.Accounts.TryGetApiKey("Key2", out var found);
        Assert.That((found.AccountId, found.IsEnabled, found.Permissions, found.Id), Is.EqualTo((2, false, ApiKeyPermissions.Read, 0)));
    }

    [Test]
    public void Order_limits_change_for_engine_and_view()
    {
        OpenMarket();
        Assert.That(Ask(CommandType.SetOrderLimits, new SetOrderLimitsCommand(1, 1, 7).ToBytes()), Is.EqualTo(RejectReason.None));

        Assert.That(Place(1, Side.Buy, 1), Is.EqualTo(RejectReason.None));
        Assert.That(Place(1, Side.Buy, 1), Is.EqualTo(RejectReason.TooManyOrdersPer10Seconds));
        var counts = _venue.Risk.CountsOf(1, 1);
        Assert.That((counts.LimitPer10Seconds, counts.LimitPerDay), Is.EqualTo((1, 7)));
    }

    [Test]
    public void An_asset_is_created_once_and_a_symbol_uses_it()
    {
        Assert.That(Ask(CommandType.AddAsset, new AddAssetCommand("COIN", 2).ToBytes()), Is.EqualTo(RejectReason.None));
        Assert.That(Ask(CommandType.AddAsset, new AddAssetCommand("COIN", 2).ToBytes()), Is.EqualTo(RejectReason.DuplicateAsset));
        Assert.That(Ask(CommandType.AddAsset, new AddAssetCommand("coin", 2).ToBytes()), Is.EqualTo(RejectReason.InvalidAsset));
        Assert.That(Ask(CommandType.AddAsset, new AddAssetCommand("BIG", 9).ToBytes()), Is.EqualTo(RejectReason.InvalidAsset));
        AddSymbol("COINCASH");

        Assert.That(_venue.Symbols.Assets.ToArray().Select(asset => asset.Name), Is.EqualTo(new[] { "COIN", "CASH" }));
        Assert.That(_venue.Symbols.Symbol(0).BaseAsset, Is.SameAs(_venue.Symbols.Assets[0]));
    }

    [Test]
    public void An_appointment_makes_an_administrator_or_renews_one()
    {
        var clerk = Create("clerk", OperatorRole.Operator);
        Ask(CommandType.SetOperator, new SetOperatorCommand(clerk, false).ToBytes());

        Assert.That(Run(Requests.Appoint("clerk", "found again")), Is.EqualTo(RejectReason.None));
        Assert.That(Run(Requests.Appoint("clerk", "found again")), Is.EqualTo(RejectReason.NoChange));
        Assert.That(Run(Requests.Appoint("clerk", "token of root")), Is.EqualTo(RejectReason.DuplicateOperator));
        Assert.That(_venue.Operators.TryAuthenticate("token of clerk"u8, out _), Is.False, "the old token has ended");
        Assert.That(_venue.Operators.TryAuthenticate("found again"u8, out var found), Is.True);
        Assert.That(found, Is.EqualTo(new Operator(clerk, "clerk", OperatorRole.Administrator, IsEnabled: true)));
    }

    [Test]
    public void Bytes_that_are_no_request_are_refused_and_change_nothing()
    {
        var whole = AdministerCommand.ToBytes(Requests.Administrator, 5, "why", CommandType.SetHalt, new SetHaltCommand(AllSymbols, true).ToBytes());
        var hash = _venue.Engine.ComputeStateHash();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.That(Run(Requests.Payload(CommandType.Administer, whole[..length], 1)), Is.EqualTo(RejectReason.Malformed), $"{length} bytes");
        }

        Assert.That(Run(Requests.Payload(CommandType.Administer, [.. whole, 0], 1)), Is.EqualTo(RejectReason.Malformed));
        Assert.That(_venue.Engine.ComputeStateHash(), Is.EqualTo(hash));
    }

    private void OpenMarket()
    {
        AddSymbol("COINCASH");
        var account = new OpenAccountCommand { Deposits = [new AssetAmount(0, 1L << 40), new AssetAmount(1, 1L << 40)] }.ToBytes();
        Ask(CommandType.OpenAccount, account);
        Ask(CommandType.OpenAccount, account);
    }

    private void AddSymbol(string name) =>
        Assert.That(Ask(CommandType.AddSymbol, AddSymbolCommand.ToBytes(SampleSymbols.Spec with { Name = name })), Is.EqualTo(RejectReason.None));

    private int Create(string name, OperatorRole role)
    {
        Ask(CommandType.CreateOperator, new CreateOperatorCommand(name, role, Requests.TokenHash("token of " + name)).ToBytes());
        return _venue.Operators.Operators.Single(each => each.Name == name).Id;
    }

    private RejectReason Place(int accountId, Side side, long price, int symbolId = 0) =>
        Run(Requests.Trading(CommandSlots.Limit(accountId, side, price, 1, symbolId: symbolId)));

    private RejectReason Ask(CommandType type, byte[] request, int operatorId = Requests.Administrator) =>
        Run(Requests.Of((UInt128)(++_lastRequest), type, request, operatorId));

    private RejectReason Run(StreamCommand command)
    {
        var reject = RejectReason.None;
        _venue.Execute(command, bytes =>
        {
            var events = new Record(bytes).Events;
            reject = events.MoveNext() && events.Type == EventType.CommandRejected ? events.As<CommandRejected>().Reason : reject;
        });
        return reject;
    }

    private long Free(int accountId, int assetId) => _venue.Accounts.Ledger.Free(accountId, assetId);

    private int OpenOrders(int accountId)
    {
        List<OrderState> open = [];
        _venue.Orders.CopyOpen(accountId, null, open);
        return open.Count;
    }

    private static int Canceled(byte[] bytes)
    {
        var count = 0;
        for (var events = new Record(bytes).Events; events.MoveNext();)
        {
            count += events.Type == EventType.OrderCanceled ? 1 : 0;
        }

        return count;
    }
}
