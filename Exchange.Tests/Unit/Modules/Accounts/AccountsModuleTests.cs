using System.Text;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

public sealed class AccountsModuleTests
{
    private static readonly OpenAccountCommand Command = new()
    {
        OrderLimitPerDay = 7,
        ApiKey = Encoding.ASCII.GetBytes("key"),
        SecretCiphertext = [1, 2, 3],
        Deposits = [new AssetAmount(1, 100)],
    };

    [Test]
    public async Task Opening_goes_through_the_gateway_with_the_reserve_and_returns_the_id()
    {
        var gateway = new FakeGateway();
        var opening = NewModule(gateway).OpenAccountAsync(Command, CancellationToken.None);
        Assert.That(opening.IsCompleted, Is.False);
        var reply = gateway.Complete(RejectReason.None, Opened(5));
        Assert.Multiple(async () =>
        {
            Assert.That(await opening, Is.EqualTo(new OpenAccountResult(false, RejectReason.None, 5)));
            Assert.That(reply.DisposeCount, Is.EqualTo(1));
            Assert.That(gateway.Submitted, Has.Count.EqualTo(1));
            Assert.That(gateway.Submitted[0].Type, Is.EqualTo(CommandType.OpenAccount));
            Assert.That(gateway.Submitted[0].ClaimClass, Is.EqualTo(ClaimClass.Reserved));
            Assert.That(gateway.Submitted[0].Payload, Is.EqualTo(Command.ToBytes()));
        });
        await Task.CompletedTask;
    }

    [Test]
    public async Task A_refused_opening_says_why()
    {
        var gateway = new FakeGateway();
        var opening = NewModule(gateway).OpenAccountAsync(Command, CancellationToken.None);
        var reply = gateway.Complete(RejectReason.DuplicateApiKey, Rejected(RejectReason.DuplicateApiKey));
        Assert.That(await opening, Is.EqualTo(new OpenAccountResult(false, RejectReason.DuplicateApiKey, 0)));
        Assert.That(reply.DisposeCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_full_ring_is_told_as_overload()
    {
        var gateway = new FakeGateway { IsFull = true };
        var result = await NewModule(gateway).OpenAccountAsync(Command, CancellationToken.None);
        Assert.That(result, Is.EqualTo(new OpenAccountResult(true, RejectReason.None, 0)));
    }

    [Test]
    public void A_cancelled_caller_submits_nothing()
    {
        var gateway = new FakeGateway();
        Assert.That(
            async () => await NewModule(gateway).OpenAccountAsync(Command, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(gateway.Submitted, Is.Empty);
    }

    [Test]
    public void A_stop_before_the_outcome_is_known_faults_the_task()
    {
        var gateway = new FakeGateway();
        var opening = NewModule(gateway).OpenAccountAsync(Command, CancellationToken.None);
        gateway.Fail(new ExchangeStoppedException());
        Assert.That(async () => await opening, Throws.TypeOf<ExchangeStoppedException>());
    }

    [Test]
    public void The_ledger_behind_the_door_is_always_the_same()
    {
        var module = NewModule(new FakeGateway());
        module.Ledger.AddAsset(SampleSymbols.Coin);
        var opened = module.Ledger.OpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(0, 10)] });
        Assert.Multiple(() =>
        {
            Assert.That(module.Ledger.AccountCount, Is.EqualTo(1));
            Assert.That(module.Ledger.Free(opened, 0), Is.EqualTo(10));
            Assert.That(module.Ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void Registration_needs_the_gateway_only_when_an_account_is_opened()
    {
        using var provider = new ServiceCollection()
            .AddSingleton(SampleSymbols.NewDirectory(SampleSymbols.Spec))
            .AddAccountsModule()
            .BuildServiceProvider();
        var module = provider.GetRequiredService<IAccountsModule>();
        Assert.Multiple(() =>
        {
            Assert.That(provider.GetRequiredService<IAccountsModule>(), Is.SameAs(module));
            Assert.That(async () => await module.OpenAccountAsync(Command, CancellationToken.None), Throws.InvalidOperationException);
        });
    }

    [Test]
    public void Keys_and_balances_are_read_through_the_door()
    {
        var module = NewModule(new FakeGateway());
        new RecordBuilder(CommandType.OpenAccount, timeUs: 9).Body(Command.ToBytes())
            .With(new AccountOpened { AccountId = 1 })
            .With(new BalanceAdjusted { AccountId = 1, AssetId = 1, Change = 100 })
            .ApplyTo(module.View);
        var balances = new List<Balance> { default };
        Assert.Multiple(() =>
        {
            Assert.That(module.CopyBalances(1, balances), Is.EqualTo(9));
            Assert.That(balances, Is.EqualTo(new Balance[] { new(SampleSymbols.Coin, 0, 0), new(SampleSymbols.Cash, 100, 0) }));
            Assert.That(module.TryGetApiKey("key", out var key), Is.True);
            Assert.That((key.Value, key.AccountId, key.SecretCiphertext.ToArray()), Is.EqualTo(("key", 1, new byte[] { 1, 2, 3 })));
            Assert.That(module.TryGetApiKey("Key", out _), Is.False);
        });
    }

    private static AccountsModule NewModule(FakeGateway gateway) =>
        new(new BalancesView(SampleSymbols.NewDirectory(SampleSymbols.Spec)), new Lazy<ICommandGateway>(() => gateway));

    private static byte[] Opened(int accountId) =>
        new RecordBuilder(CommandType.OpenAccount).Body(Command.ToBytes())
            .With(new AccountOpened { AccountId = accountId })
            .With(new BalanceAdjusted { AccountId = accountId, AssetId = 1, Change = 100 })
            .ToBytes();

    private static byte[] Rejected(RejectReason reason) =>
        new RecordBuilder(CommandType.OpenAccount).Body(Command.ToBytes()).With(new CommandRejected { Reason = reason }).ToBytes();
}
