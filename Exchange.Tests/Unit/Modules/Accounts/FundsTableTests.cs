using Exchange.Accounts;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

public sealed unsafe class FundsTableTests
{
    private static readonly int[] Accounts = [1, 2, 255, 256, 257, 511, 512, 70_000];

    // More chunks than fit the first large page.
    private static readonly int[] Assets = [.. Enumerable.Range(0, 200), 999];

    [Test]
    public void Every_account_and_asset_has_funds_of_its_own_across_chunk_edges()
    {
        var table = NewTable();
        foreach (var (account, asset) in Cells())
        {
            table.At(account, asset) = new Funds { Free = account, Held = asset };
        }

        Assert.That(
            Cells().Select(cell => (table.Read(cell.Account, cell.Asset).Free, table.Read(cell.Account, cell.Asset).Held)),
            Is.EqualTo(Cells().Select(cell => ((long)cell.Account, (long)cell.Asset))));
    }

    [Test]
    public void Funds_that_never_changed_read_as_zero()
    {
        var table = NewTable();
        table.At(300, 20).Free = 1;
        Assert.That(Cells().Select(cell => table.Read(cell.Account, cell.Asset)), Is.All.EqualTo(default(Funds)));
    }

    [Test]
    public void References_and_places_stay_valid_while_the_table_grows()
    {
        var table = NewTable();
        ref var funds = ref table.At(1, 0);
        var place = table.PlaceOf(2, 999);
        Assert.That(table.Read(2, 999), Is.EqualTo(default(Funds)), "asking for a place changes no funds");
        table.Open(1_000_000, 2_000);
        table.At(1_000_000, 0).Free = 1;
        table.At(1, 1_999).Free = 1;
        funds.Free = 7;
        table.Start[place.Index].Held = 8;
        Assert.That((table.Read(1, 0).Free, table.Read(2, 999).Held, table.PlaceOf(2, 999)), Is.EqualTo((7, 8, place)));
    }

    [Test]
    public void Every_account_and_asset_has_a_place_of_its_own_and_none_is_nobodys()
    {
        var table = NewTable();
        var places = Cells().Select(cell => table.PlaceOf(cell.Account, cell.Asset)).ToList();
        Assert.That(places, Is.Unique.And.None.EqualTo(default(FundsPlace)));
    }

    [TestCase(0, 0)]
    [TestCase(-1, 0)]
    [TestCase(70_001, 0)]
    [TestCase(1, -1)]
    [TestCase(1, 1_000)]
    [TestCase(int.MaxValue, int.MaxValue)]
    public void What_was_not_opened_has_no_funds(int account, int asset)
    {
        var table = NewTable();
        Assert.That(() => table.At(account, asset).Free = 1, Throws.TypeOf<InvariantBrokenException>());
        Assert.That(table.Read(account, asset), Is.EqualTo(default(Funds)));
    }

    private static FundsTable NewTable()
    {
        var table = new FundsTable();
        table.Open(Accounts[^1], Assets[^1] + 1);
        return table;
    }

    private static IEnumerable<(int Account, int Asset)> Cells() =>
        from account in Accounts from asset in Assets select (account, asset);
}
