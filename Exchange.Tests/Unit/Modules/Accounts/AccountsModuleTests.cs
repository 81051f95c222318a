using System.Text;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
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
    public void The_ledger_behind_the_door_is_always_the_same()
    {
        var module = NewModule();
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
    public void The_module_is_registered_once()
    {
        using var provider = new ServiceCollection()
            .AddSingleton(SampleSymbols.NewDirectory(SampleSymbols.Spec))
            .AddAccountsModule()
            .BuildServiceProvider();
        var module = provider.GetRequiredService<IAccountsModule>();
        Assert.That(provider.GetRequiredService<IAccountsModule>(), Is.SameAs(module));
    }

    [Test]
    public void Keys_and_balances_are_read_through_the_door()
    {
        var module = NewModule();
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

    private static AccountsModule NewModule() => new(new BalancesView(SampleSymbols.NewDirectory(SampleSymbols.Spec)));
}
