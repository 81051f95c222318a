using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Types;

public sealed class SymbolTests
{
    [TestCase(Side.Buy, 10, 12)]
    [TestCase(Side.Buy, 12, 10)]
    [TestCase(Side.Buy, 10, 10)]
    [TestCase(Side.Sell, 10, 12)]
    [TestCase(Side.Sell, 12, 10)]
    public void A_hold_changes_by_what_lies_between_the_holds_at_both_prices(Side side, long oldPrice, long newPrice)
    {
        var symbol = SampleSymbols.New(SampleSymbols.Spec);
        var between = symbol.HoldFor(side, newPrice, 7) - symbol.HoldFor(side, oldPrice, 7);
        Assert.That(symbol.Numbers.HoldChange(side, oldPrice, newPrice, 7), Is.EqualTo(between));
        Assert.That(between == 0, Is.EqualTo(side == Side.Sell || oldPrice == newPrice), "the case tells something");
    }
}
