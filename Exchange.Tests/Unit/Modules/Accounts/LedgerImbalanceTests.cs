using Exchange.Accounts;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

public sealed class LedgerImbalanceTests
{
    [Test]
    public void Money_out_of_nowhere_is_found()
    {
        var ledger = NewLedger();
        ledger.FundsAt(2, 1).Free += 1;
        Assert.That(
            ledger.FindImbalance(),
            Is.EqualTo("asset 1: the accounts sum up to 61; the totals say 60"));
    }

    [Test]
    public void Money_that_vanished_is_found()
    {
        var ledger = NewLedger();
        ledger.FundsAt(1, 0).Held -= 1;
        Assert.That(
            ledger.FindImbalance(),
            Is.EqualTo("asset 0: the accounts sum up to 14; the totals say 15"));
    }

    [Test]
    public void A_negative_balance_is_found_even_if_the_sums_agree()
    {
        var ledger = NewLedger();
        ledger.FundsAt(1, 0).Free -= 11;
        ledger.FundsAt(2, 0).Free += 11;
        Assert.That(ledger.FindImbalance(), Is.EqualTo("asset 0, account 1: free -1, held 5; neither may be negative"));
    }

    [Test]
    public void A_balance_that_moved_to_another_asset_is_found_in_the_first_of_them()
    {
        var ledger = NewLedger();
        ledger.FundsAt(1, 0).Free -= 1;
        ledger.FundsAt(1, 1).Free += 1;
        Assert.That(ledger.FindImbalance(), Is.EqualTo("asset 0: the accounts sum up to 14; the totals say 15"));
    }

    [Test]
    public void A_balanced_ledger_has_no_imbalance() => Assert.That(NewLedger().FindImbalance(), Is.Null);

    private static Ledger NewLedger()
    {
        var ledger = LedgerTests.NewLedger((15, 0), (0, 60));
        ledger.Hold(1, 0, 5);
        ledger.Hold(2, 1, 20);
        return ledger;
    }
}
