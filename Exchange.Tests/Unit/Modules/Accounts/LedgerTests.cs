using System.Text;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

public sealed class LedgerTests
{
    private const int Coin = 0;
    private const int Cash = 1;

    [Test]
    public void Hold_and_release_move_between_free_and_held()
    {
        var ledger = NewLedger((100, 0));
        ledger.Hold(1, Coin, 70);
        ledger.Release(1, Coin, 20);
        Assert.Multiple(() =>
        {
            Assert.That(Balances(ledger), Is.EqualTo("1: COIN 50+50 CASH 0+0"));
            Assert.That(ledger.Free(1, Coin), Is.EqualTo(50));
            Assert.That(Totals(ledger, Coin), Is.EqualTo("accounts 100 fees 0 in 100 out 0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void Settle_pays_both_parties_and_collects_both_fees()
    {
        var ledger = NewLedger((0, 1_000), (500, 0));
        ledger.Hold(1, Cash, 1_000);
        ledger.Hold(2, Coin, 500);
        Trade(ledger, buyer: 1, seller: 2, coin: 300, cash: 900, buyerFee: 3, sellerFee: 9);
        Assert.Multiple(() =>
        {
            Assert.That(Balances(ledger), Is.EqualTo("1: COIN 297+0 CASH 0+100, 2: COIN 0+200 CASH 891+0"));
            Assert.That(Totals(ledger, Coin), Is.EqualTo("accounts 497 fees 3 in 500 out 0"));
            Assert.That(Totals(ledger, Cash), Is.EqualTo("accounts 991 fees 9 in 1000 out 0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void Self_trade_costs_the_account_its_fees_alone()
    {
        var ledger = NewLedger((500, 1_000));
        ledger.Hold(1, Cash, 900);
        ledger.Hold(1, Coin, 300);
        Trade(ledger, buyer: 1, seller: 1, coin: 300, cash: 900, buyerFee: 3, sellerFee: 9);
        Assert.Multiple(() =>
        {
            Assert.That(Balances(ledger), Is.EqualTo("1: COIN 497+0 CASH 991+0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void The_whole_supply_of_both_assets_can_be_held_and_traded()
    {
        var ledger = NewLedger((0, Ledger.MaxSupply), (Ledger.MaxSupply, 0));
        ledger.Hold(1, Cash, Ledger.MaxSupply);
        ledger.Hold(2, Coin, Ledger.MaxSupply);
        Trade(ledger, buyer: 1, seller: 2, coin: Ledger.MaxSupply, cash: Ledger.MaxSupply, buyerFee: 1, sellerFee: Ledger.MaxSupply);
        Assert.Multiple(() =>
        {
            Assert.That(Balances(ledger), Is.EqualTo("1: COIN 4611686018427387903+0 CASH 0+0, 2: COIN 0+0 CASH 0+0"));
            Assert.That(Totals(ledger, Cash), Is.EqualTo("accounts 0 fees 4611686018427387904 in 4611686018427387904 out 0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [Test]
    public void Fees_follow_the_role_and_the_symbol()
    {
        var symbol = SampleSymbols.New(SampleSymbols.Spec);
        var port = new LedgerPort(NewLedger((0, 0)));
        Assert.Multiple(() =>
        {
            Assert.That(port.Fee(1, in symbol.Numbers, isMaker: true, 10_001), Is.EqualTo(11));
            Assert.That(port.Fee(1, in symbol.Numbers, isMaker: false, 10_001), Is.EqualTo(21));
            Assert.That(() => port.Fee(1, in symbol.Numbers, isMaker: false, -1), Throws.TypeOf<InvariantBrokenException>());
        });
    }

    [TestCase(-1)]
    [TestCase(101)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    public void Holding_what_is_not_free_breaks_an_invariant_and_changes_nothing(long amount) =>
        AssertRefused(ledger => ledger.Hold(1, Coin, amount));

    [TestCase(-1)]
    [TestCase(51)]
    [TestCase(long.MaxValue)]
    public void Releasing_what_is_not_held_breaks_an_invariant_and_changes_nothing(long amount) =>
        AssertRefused(ledger => ledger.Release(1, Coin, amount));

    [TestCase(51, 10)]
    [TestCase(-1, 10)]
    [TestCase(10, -1)]
    [TestCase(long.MaxValue, 0)]
    public void Settling_what_a_maker_does_not_hold_breaks_an_invariant_and_changes_nothing(long paid, long received) =>
        AssertRefused(ledger => ledger.SettleMaker(1, Coin, paid, Cash, received));

    [TestCase(61, 0, 10, 0)]
    [TestCase(-1, 0, 10, 0)]
    [TestCase(10, 0, -1, 0)]
    [TestCase(10, 11, 10, 0)]
    [TestCase(10, -1, 10, 0)]
    [TestCase(10, 0, 10, 11)]
    [TestCase(10, 0, 10, -1)]
    public void Settling_what_a_taker_does_not_hold_breaks_an_invariant_and_changes_nothing(long paid, long makerFees, long received, long takerFees) =>
        AssertRefused(ledger => ledger.SettleTaker(ledger.Taken(2, Cash, paid, makerFees, Coin, received, takerFees)));

    [Test]
    public void A_taker_settles_several_trades_at_once()
    {
        var ledger = NewLedger((0, 1_000), (300, 0), (200, 0));
        ledger.Hold(1, Cash, 1_000);
        ledger.Hold(2, Coin, 300);
        ledger.Hold(3, Coin, 200);
        ledger.SettleMaker(2, Coin, 300, Cash, 600 - 6);
        ledger.SettleMaker(3, Coin, 200, Cash, 400 - 4);
        ledger.SettleTaker(ledger.Taken(1, Cash, 1_000, 10, Coin, 500, 5));
        Assert.Multiple(() =>
        {
            Assert.That(Balances(ledger), Is.EqualTo("1: COIN 495+0 CASH 0+0, 2: COIN 0+0 CASH 594+0, 3: COIN 0+0 CASH 396+0"));
            Assert.That(Totals(ledger, Coin), Is.EqualTo("accounts 495 fees 5 in 500 out 0"));
            Assert.That(Totals(ledger, Cash), Is.EqualTo("accounts 990 fees 10 in 1000 out 0"));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    [TestCase(0, Coin)]
    [TestCase(3, Coin)]
    [TestCase(-1, Coin)]
    [TestCase(1, 2)]
    [TestCase(1, -1)]
    public void Funds_of_unknown_accounts_and_assets_break_an_invariant(int account, int asset)
    {
        AssertRefused(ledger => ledger.Free(account, asset));
        AssertRefused(ledger => ledger.Hold(account, asset, 0));
    }

    [Test]
    public void Moving_funds_allocates_nothing()
    {
        var ledger = NewLedger((1_000_000, 1_000_000), (1_000_000, 1_000_000));
        var symbol = SampleSymbols.New(SampleSymbols.Spec);
        void Round()
        {
            for (var i = 0; i < 1_000; i++)
            {
                ledger.Hold(1, Cash, 30);
                ledger.Hold(2, Coin, ledger.Free(2, Coin) > 0 ? 20 : 0);
                Trade(ledger, 1, 2, 10, 20, Ledger.Fee(in symbol.Numbers, true, 10), Ledger.Fee(in symbol.Numbers, false, 20));
                ledger.Release(1, Cash, 10);
                ledger.Release(2, Coin, 10);
            }
        }

        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void Equal_histories_hash_equally_and_any_difference_shows()
    {
        Action<Ledger>[] differences =
        [
            _ => { },
            ledger => ledger.Hold(1, Coin, 1),
            ledger => ledger.Hold(2, Coin, 1),
            ledger => ledger.Hold(1, Cash, 1),
            ledger => ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, 1)),
            ledger => ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, -1)),
            ledger => ledger.OpenAccount(new OpenAccountCommand()),
            ledger => ledger.OpenAccount(new OpenAccountCommand { ApiKey = Encoding.ASCII.GetBytes("a") }),
            ledger => ledger.OpenAccount(new OpenAccountCommand { ApiKey = Encoding.ASCII.GetBytes("b") }),
            ledger => ledger.OpenAccount(new OpenAccountCommand { ApiKey = Encoding.ASCII.GetBytes("b"), SecretCiphertext = [1] }),
            ledger => ledger.AddAsset(new Asset(2, "NEW", 8)),
            ledger =>
            {
                ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, 1));
                ledger.AdjustBalance(new AdjustBalanceCommand(1, Coin, -1));
            },
        ];
        var hashes = differences.Select(HashAfter).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(hashes, Is.Unique);
            Assert.That(differences.Select(HashAfter), Is.EqualTo(hashes));
        });
    }

    [Test]
    public void Hash_does_not_depend_on_whether_empty_funds_were_touched()
    {
        var untouched = NewLedger((1, 1));
        var touched = NewLedger((1, 1));
        untouched.AddAsset(new Asset(2, "NEW", 8));
        touched.AddAsset(new Asset(2, "NEW", 8));
        touched.Hold(1, 2, 0);
        Assert.That(Hash(touched), Is.EqualTo(Hash(untouched)));
    }

    internal static Ledger NewLedger(params (long Coin, long Cash)[] accounts)
    {
        var ledger = new Ledger();
        ledger.AddAsset(SampleSymbols.Coin);
        ledger.AddAsset(SampleSymbols.Cash);
        foreach (var (coin, cash) in accounts)
        {
            AssetAmount[] deposits = [new(Coin, coin), new(Cash, cash)];
            ledger.OpenAccount(new OpenAccountCommand { Deposits = [.. deposits.Where(deposit => deposit.Amount > 0)] });
        }

        return ledger;
    }

    internal static string Balances(Ledger ledger) => string.Join(", ", Enumerable.Range(1, ledger.AccountCount).Select(account =>
    {
        var (coin, cash) = (ledger.FundsAt(account, Coin), ledger.FundsAt(account, Cash));
        return $"{account}: COIN {coin.Free}+{coin.Held} CASH {cash.Free}+{cash.Held}";
    }));

    private static string Totals(Ledger ledger, int asset)
    {
        var totals = ledger.TotalsOf(asset);
        return $"accounts {totals.OfAccounts} fees {totals.Fees} in {totals.Deposits} out {totals.Withdrawals}";
    }

    /// <summary>The buyer takes.</summary>
    private static void Trade(Ledger ledger, int buyer, int seller, long coin, long cash, long buyerFee, long sellerFee)
    {
        ledger.SettleMaker(seller, Coin, coin, Cash, cash - sellerFee);
        ledger.SettleTaker(ledger.Taken(buyer, Cash, cash, sellerFee, Coin, coin, buyerFee));
    }

    /// <summary>Account 1 has 100 + 50 COIN, account 2 has 40 + 60 CASH.</summary>
    private static void AssertRefused(Action<Ledger> action)
    {
        var ledger = NewLedger((150, 0), (0, 100));
        ledger.Hold(1, Coin, 50);
        ledger.Hold(2, Cash, 60);
        var before = Hash(ledger);
        Assert.Multiple(() =>
        {
            Assert.That(() => action(ledger), Throws.TypeOf<InvariantBrokenException>());
            Assert.That(Hash(ledger), Is.EqualTo(before));
            Assert.That(ledger.FindImbalance(), Is.Null);
        });
    }

    private static ulong HashAfter(Action<Ledger> difference)
    {
        var ledger = NewLedger((10, 20), (30, 40));
        difference(ledger);
        return Hash(ledger);
    }

    private static ulong Hash(Ledger ledger)
    {
        var hash = new StateHash();
        ledger.AddTo(ref hash);
        return hash.Value;
    }
}
