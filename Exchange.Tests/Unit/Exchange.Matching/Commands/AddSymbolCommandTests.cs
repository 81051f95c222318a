using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Commands;

public sealed class AddSymbolCommandTests
{
    /// <summary>Bytes of the fields that came after the first form: eight numbers and a flag.</summary>
    private const int LaterFieldsLength = (8 * sizeof(long)) + 1;

    private static SymbolSpec Full => SampleSymbols.Spec with
    {
        MinNotional = 1,
        MaxNotional = 2,
        ApplyMinToMarket = false,
        ApplyMaxToMarket = true,
        AvgPriceMins = 3,
        MaxNumOrders = 4,
        MinNotionalFilter = 5,
        ApplyMinNotionalFilterToMarket = false,
        MarketMinQuantity = 6,
        MarketMaxQuantity = 7,
        MarketLotSize = 8,
        BidMultiplierUp = 9,
        BidMultiplierDown = 10,
        AskMultiplierUp = 11,
        AskMultiplierDown = 12,
    };

    [Test]
    public void What_was_written_is_read() => Assert.That(AddSymbolCommand.Read(AddSymbolCommand.ToBytes(Full)), Is.EqualTo(Full));

    [Test]
    public void A_body_of_the_first_form_is_a_symbol_without_the_later_filters() =>
        Assert.That(
            AddSymbolCommand.Read(AddSymbolCommand.ToBytes(Full).AsSpan()[..^LaterFieldsLength]),
            Is.EqualTo(Full with
            {
                MinNotionalFilter = 0,
                ApplyMinNotionalFilterToMarket = true,
                MarketMinQuantity = 0,
                MarketMaxQuantity = 0,
                MarketLotSize = 0,
                BidMultiplierUp = 0,
                BidMultiplierDown = 0,
                AskMultiplierUp = 0,
                AskMultiplierDown = 0,
            }));

    [Test]
    public void A_body_that_ends_anywhere_else_or_goes_on_is_malformed()
    {
        var bytes = AddSymbolCommand.ToBytes(Full);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.That(AddSymbolCommand.Read(bytes.AsSpan(0, length)) is null, Is.EqualTo(length != bytes.Length - LaterFieldsLength), $"{length} bytes");
        }

        Assert.That(AddSymbolCommand.Read([.. bytes, 0]), Is.Null);
    }
}
