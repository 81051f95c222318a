using Exchange.Accounts;
using Exchange.Host.Composition;
using Exchange.Host.Sandbox.MarketMaking;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Tests.Support.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using PayloadGateway = Exchange.Tests.Support.FakeGateway;

namespace Exchange.Tests.Unit.Host.Sandbox.MarketMaking;

/// <summary>Accounts, pauses and funds of the market makers, over fakes of the doors.</summary>
public sealed class MarketMakersTests
{
    private const int OpenedId = 9;

    private readonly List<OpenAccountCommand> _opened = [];
    private PayloadGateway _gateway = null!;
    private ApiHarness _api = null!;
    private ExchangeOptions _options = null!;
    private MarketMakers _makers = null!;

    [SetUp]
    public void Start()
    {
        _opened.Clear();
        _gateway = new PayloadGateway();
        _api = new ApiHarness();
        _options = new ExchangeOptions();
        _makers = NewMakers();
        _api.Gateway.OnOpen = command =>
        {
            _opened.Add(command);
            return (RejectReason.None, OpenedId);
        };
        Fund(usdtWhole: 1_000_000_000, btcWhole: 20_000);
        Answer(RejectReason.None);
    }

    [TearDown]
    public void Stop() => _api.Dispose();

    [Test]
    public async Task Beginning_opens_two_accounts_that_have_no_limits_and_quotes_both_sides()
    {
        await _makers.BeginAsync(CancellationToken.None);

        Assert.That(_makers.HasBegun, Is.True);
        Assert.That(_opened.Select(command => (command.OrderLimitPer10Seconds, command.OrderLimitPerDay, command.Deposits.Count)), Is.EqualTo(new[] { (0, 0, 2), (0, 0, 2) }));
        var quotes = _api.Orders.Placed.Where(order => order.TimeInForce == TimeInForce.Gtc).ToArray();
        Assert.That(quotes.Count(order => order.Side == Side.Buy), Is.EqualTo(MarketProfile.Levels));
        Assert.That(quotes.Count(order => order.Side == Side.Sell), Is.EqualTo(MarketProfile.Levels));
        Assert.That(_api.Orders.Placed.Select(order => (order.AccountId, order.Symbol)).Distinct(), Is.EqualTo(new[] { (OpenedId, _api.Btc) }));
        Assert.That(_api.Orders.Placed.Select(order => order.ClientOrderId.ToString()), Is.All.StartsWith("mm-"));
    }

    [Test]
    public async Task Accounts_that_are_there_are_found_again()
    {
        foreach (var name in (string[])[MarketMakerAccounts.MakerKey, MarketMakerAccounts.TakerKey])
        {
            _api.Accounts.Keys[name] = new ApiKey(name, OpenedId, ReadOnlyMemory<byte>.Empty);
        }

        await _makers.BeginAsync(CancellationToken.None);

        Assert.That(_opened, Is.Empty);
    }

    [Test]
    public async Task Nothing_is_done_where_they_are_turned_off()
    {
        _options.Sandbox.MarketMakers = false;

        await _makers.BeginAsync(CancellationToken.None);

        Assert.That((_makers.HasBegun, _opened.Count, _api.Orders.Placed.Count), Is.EqualTo((false, 0, 0)));
    }

    [Test]
    public async Task A_market_that_refuses_is_left_alone_for_a_while()
    {
        Answer(RejectReason.MarketClosed);
        await _makers.BeginAsync(CancellationToken.None);
        var asked = _api.Orders.Placed.Count;

        for (var step = 1; step < 30; step++)
        {
            await _makers.StepAsync();
        }

        Assert.That(_api.Orders.Placed, Has.Count.EqualTo(asked));
        await _makers.StepAsync();
        Assert.That(_api.Orders.Placed, Has.Count.GreaterThan(asked), "then it is asked again");
    }

    [Test]
    public async Task A_market_in_quarantine_is_not_asked()
    {
        PublishedSymbols.Quarantine(_api.Symbols, _api.Btc);

        await _makers.BeginAsync(CancellationToken.None);

        Assert.That(_api.Orders.Placed, Is.Empty);
    }

    [TestCase(499_999_999, 500_000_001, TestName = "Less_than_half_of_the_funds_are_filled_up")]
    [TestCase(2_000_000_001, -1_000_000_001, TestName = "More_than_twice_the_funds_are_taken_away")]
    public async Task Recentring(long usdtWhole, long changeWhole)
    {
        Fund(usdtWhole, btcWhole: 20_000);

        var beginning = _makers.BeginAsync(CancellationToken.None);
        var (type, payload, _) = _gateway.Submitted.Single();

        Assert.That(type, Is.EqualTo(CommandType.AdjustBalance));
        Assert.That(AdjustBalanceCommand.TryRead(payload, out var command), Is.True);
        Assert.That(command, Is.EqualTo(new AdjustBalanceCommand(OpenedId, _api.Btc.QuoteAsset.Id, changeWhole * FixedPoint.One)));
        _gateway.Complete(RejectReason.None, []);
        _gateway.Complete(RejectReason.None, []);
        await beginning;
    }

    [Test]
    public async Task Funds_between_half_and_twice_are_left_alone()
    {
        Fund(usdtWhole: 500_000_000, btcWhole: 40_000);

        await _makers.BeginAsync(CancellationToken.None);

        Assert.That(_gateway.Submitted, Is.Empty);
    }

    private MarketMakers NewMakers() => new(
        new MarketMakerAccounts(_gateway, _api.Services.Administration, _api.Accounts, _api.Symbols, _api.Secrets),
        _api.Orders,
        _api.MarketData,
        _api.Symbols,
        Options.Create(_options),
        NullLogger<MarketMakers>.Instance);

    private void Answer(RejectReason reject) =>
        _api.Orders.OnPlace = order => new(new PlaceResult(Admission.Executed, reject, 1, 1, default, []));

    private void Fund(long usdtWhole, long btcWhole)
    {
        _api.Accounts.Balances.Clear();
        _api.Accounts.Balances.Add(new Balance(_api.Btc.BaseAsset, btcWhole * FixedPoint.One, 0));
        _api.Accounts.Balances.Add(new Balance(_api.Btc.QuoteAsset, usdtWhole * FixedPoint.One, 0));
    }
}
