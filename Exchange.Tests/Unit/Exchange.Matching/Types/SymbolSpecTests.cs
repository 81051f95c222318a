using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Types;

public sealed class SymbolSpecTests
{
    private const long One = FixedPoint.One;

    private static SymbolSpec Banded => SampleSymbols.Spec with { BidMultiplierUp = One, BidMultiplierDown = One, AskMultiplierUp = One, AskMultiplierDown = One };

    private static IEnumerable<TestCaseData> Right() => Cases(
        ("no later filter", SampleSymbols.Spec),
        ("market quantities without a step", SampleSymbols.Spec with { MarketMaxQuantity = One }),
        ("market quantities with all", SampleSymbols.Spec with { MarketMinQuantity = One, MarketMaxQuantity = 2 * One, MarketLotSize = 3 * One }),
        ("least notional alone", SampleSymbols.Spec with { MinNotionalFilter = One / 100 }),
        ("a band of one price", Banded),
        ("the widest band", Banded with { BidMultiplierUp = 1_000 * One, BidMultiplierDown = 1, AskMultiplierUp = 1_000 * One, AskMultiplierDown = 1 }));

    private static IEnumerable<TestCaseData> Wrong() => Cases(
        ("minNotionalFilter", SampleSymbols.Spec with { MinNotionalFilter = -1 }),
        ("minNotionalFilter", SampleSymbols.Spec with { MinNotionalFilter = One / 1_000 }),
        ("marketMaxQuantity", SampleSymbols.Spec with { MarketMinQuantity = One }),
        ("marketMaxQuantity", SampleSymbols.Spec with { MarketLotSize = One }),
        ("marketMaxQuantity", SampleSymbols.Spec with { MarketMaxQuantity = One, MarketMinQuantity = 2 * One }),
        ("marketMaxQuantity", SampleSymbols.Spec with { MinQuantity = 2 * One, MarketMaxQuantity = One }),
        ("marketMaxQuantity", SampleSymbols.Spec with { MarketMaxQuantity = One + 1 }),
        ("marketMaxQuantity", SampleSymbols.Spec with { MarketMaxQuantity = -One }),
        ("marketMinQuantity", SampleSymbols.Spec with { MarketMaxQuantity = One, MarketMinQuantity = -One }),
        ("marketMinQuantity", SampleSymbols.Spec with { MarketMaxQuantity = One, MarketMinQuantity = One / 2 }),
        ("marketLotSize", SampleSymbols.Spec with { MarketMaxQuantity = One, MarketLotSize = -One }),
        ("marketLotSize", SampleSymbols.Spec with { MarketMaxQuantity = One, MarketLotSize = One / 2 }),
        ("bidMultiplierUp", Banded with { BidMultiplierUp = One - 1 }),
        ("bidMultiplierUp", Banded with { BidMultiplierUp = 1_000 * One + 1 }),
        ("askMultiplierUp", Banded with { AskMultiplierUp = One - 1 }),
        ("bidMultiplierDown", Banded with { BidMultiplierDown = One + 1 }),
        ("askMultiplierDown", Banded with { AskMultiplierDown = 0 }),
        ("askMultiplierDown", Banded with { AskMultiplierDown = -1 }));

    [TestCaseSource(nameof(Right))]
    public void Filters_that_are_right_are_accepted(string name, SymbolSpec spec) => Assert.That(spec.Validate(), Is.Null, name);

    [TestCaseSource(nameof(Wrong))]
    public void Filters_that_are_wrong_are_named(string field, SymbolSpec spec) => Assert.That(spec.Validate(), Does.Contain(field));

    private static IEnumerable<TestCaseData> Cases(params (string Name, SymbolSpec Spec)[] cases) =>
        cases.Select((one, index) => new TestCaseData(one.Name, one.Spec).SetArgDisplayNames($"{index}: {one.Name}"));
}
