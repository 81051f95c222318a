using System.Text;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

public sealed class LedgerCheckTests
{
    private const int Coin = 0;
    private const long MaxSupply = 1L << 62;

    [TestCase("Known1", ExpectedResult = RejectReason.DuplicateApiKey)]
    [TestCase("known1", ExpectedResult = RejectReason.None)]
    [TestCase("Known", ExpectedResult = RejectReason.None)]
    [TestCase("", ExpectedResult = RejectReason.None)]
    [TestCase("azAZ09", ExpectedResult = RejectReason.None)]
    [TestCase("a b", ExpectedResult = RejectReason.InvalidApiKey)]
    [TestCase("a-b", ExpectedResult = RejectReason.InvalidApiKey)]
    [TestCase("a\0", ExpectedResult = RejectReason.InvalidApiKey)]
    [TestCase("é", ExpectedResult = RejectReason.InvalidApiKey)]
    [TestCase("/:@[`{", ExpectedResult = RejectReason.InvalidApiKey)]
    public RejectReason Keys_are_letters_and_digits_and_unique(string key)
    {
        var ledger = LedgerTests.NewLedger();
        ledger.OpenAccount(new OpenAccountCommand { ApiKey = Encoding.UTF8.GetBytes("Known1") });
        ledger.OpenAccount(new OpenAccountCommand());
        return ledger.CheckOpenAccount(new OpenAccountCommand { ApiKey = Encoding.UTF8.GetBytes(key) });
    }

    [TestCase(Coin, 1, ExpectedResult = RejectReason.None)]
    [TestCase(Coin, 0, ExpectedResult = RejectReason.InvalidAmount)]
    [TestCase(Coin, -1, ExpectedResult = RejectReason.InvalidAmount)]
    [TestCase(Coin, MaxSupply - 100, ExpectedResult = RejectReason.None)]
    [TestCase(Coin, MaxSupply - 99, ExpectedResult = RejectReason.BalanceOverflow)]
    [TestCase(Coin, long.MaxValue, ExpectedResult = RejectReason.BalanceOverflow)]
    [TestCase(2, 1, ExpectedResult = RejectReason.UnknownAsset)]
    public RejectReason Deposits_of_an_opening_stay_within_the_supply(int asset, long amount) =>
        LedgerTests.NewLedger((100, 0)).CheckOpenAccount(new OpenAccountCommand { Deposits = [new AssetAmount(asset, amount)] });

    [TestCase(50, 50, ExpectedResult = RejectReason.None)]
    [TestCase(50, 51, ExpectedResult = RejectReason.BalanceOverflow)]
    [TestCase(MaxSupply, MaxSupply, ExpectedResult = RejectReason.BalanceOverflow)]
    public RejectReason Deposits_of_one_opening_count_together(long first, long second) =>
        LedgerTests.NewLedger((MaxSupply - 100, 0)).CheckOpenAccount(
            new OpenAccountCommand { Deposits = [new AssetAmount(Coin, first), new AssetAmount(1, MaxSupply), new AssetAmount(Coin, second)] });

    [TestCase(1, Coin, 1, ExpectedResult = RejectReason.None)]
    [TestCase(1, Coin, 0, ExpectedResult = RejectReason.InvalidAmount)]
    [TestCase(1, Coin, -60, ExpectedResult = RejectReason.None)]
    [TestCase(1, Coin, -61, ExpectedResult = RejectReason.InsufficientBalance)]
    [TestCase(1, Coin, long.MinValue, ExpectedResult = RejectReason.InsufficientBalance)]
    [TestCase(1, Coin, MaxSupply - 100, ExpectedResult = RejectReason.None)]
    [TestCase(1, Coin, MaxSupply - 99, ExpectedResult = RejectReason.BalanceOverflow)]
    [TestCase(1, Coin, long.MaxValue, ExpectedResult = RejectReason.BalanceOverflow)]
    [TestCase(1, 2, 1, ExpectedResult = RejectReason.UnknownAsset)]
    [TestCase(1, -1, 1, ExpectedResult = RejectReason.UnknownAsset)]
    [TestCase(0, Coin, 1, ExpectedResult = RejectReason.UnknownAccount)]
    [TestCase(2, Coin, 1, ExpectedResult = RejectReason.UnknownAccount)]
    [TestCase(int.MinValue, Coin, 1, ExpectedResult = RejectReason.UnknownAccount)]
    public RejectReason Adjustments_respect_free_funds_and_supply(int account, int asset, long change)
    {
        var ledger = LedgerTests.NewLedger((100, 0));
        ledger.Hold(1, Coin, 40);
        return ledger.CheckAdjustBalance(new AdjustBalanceCommand(account, asset, change));
    }

    [Test]
    public void What_was_withdrawn_makes_room_for_deposits()
    {
        var ledger = LedgerTests.NewLedger((MaxSupply, 0));
        ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, -MaxSupply));
        ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, MaxSupply));
        Assert.Multiple(() =>
        {
            Assert.That(ledger.CheckAdjustBalance(new AdjustBalanceCommand(1, Coin, 1)), Is.EqualTo(RejectReason.BalanceOverflow));
            Assert.That(ledger.TotalsOf(Coin).Deposits, Is.EqualTo((Int128)MaxSupply * 2));
            Assert.That(ledger.TotalsOf(Coin).Withdrawals, Is.EqualTo((Int128)MaxSupply));
            Assert.That(LedgerTests.Balances(ledger), Is.EqualTo($"1: COIN {MaxSupply}+0 CASH 0+0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void Opening_numbers_accounts_from_1_and_deposits_their_funds()
    {
        var ledger = LedgerTests.NewLedger((1, 2));
        var opened = ledger.OpenAccount(new OpenAccountCommand
        {
            Deposits = [new AssetAmount(Coin, 3), new AssetAmount(1, 4), new AssetAmount(Coin, 5)],
        });
        Assert.Multiple(() =>
        {
            Assert.That(opened, Is.EqualTo(2));
            Assert.That(LedgerTests.Balances(ledger), Is.EqualTo("1: COIN 1+0 CASH 2+0, 2: COIN 8+0 CASH 4+0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void Commands_that_fail_their_check_break_an_invariant_and_change_nothing()
    {
        var ledger = LedgerTests.NewLedger((1, 2));
        Assert.Multiple(() =>
        {
            Assert.That(() => ledger.OpenAccount(new OpenAccountCommand { ApiKey = [0] }), Throws.TypeOf<InvariantBrokenException>());
            Assert.That(() => ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, -2)), Throws.TypeOf<InvariantBrokenException>());
            Assert.That(() => ledger.AddAsset(new Asset(3, "GAP", 0)), Throws.TypeOf<InvariantBrokenException>());
            Assert.That(LedgerTests.Balances(ledger), Is.EqualTo("1: COIN 1+0 CASH 2+0"));
        });
    }

    [Test]
    public void The_account_after_the_last_possible_one_is_refused()
    {
        var ledger = new Ledger(maxAccounts: 2);
        var command = new OpenAccountCommand();
        ledger.OpenAccount(command);
        Assert.That(ledger.CheckOpenAccount(command), Is.EqualTo(RejectReason.None));
        ledger.OpenAccount(command);
        Assert.That(ledger.CheckOpenAccount(command), Is.EqualTo(RejectReason.TooManyAccounts));
    }
}
