using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Tests.Support;

/// <summary>Symbols with small round numbers for tests.</summary>
internal static class SampleSymbols
{
    public static readonly Asset Coin = new(0, "COIN", 2);
    public static readonly Asset Cash = new(1, "CASH", 2);

    /// <summary>
    /// One tick is 1 CASH, one lot is 1 COIN: 100 units of COIN a lot, 100 units of CASH a tick and lot. Prices 1 to 1,000 ticks,
    /// quantities 1 to 1,000 lots, no limits of notional.
    /// </summary>
    public static SymbolSpec Spec => new()
    {
        Name = "COINCASH",
        BaseAsset = "COIN",
        BaseScale = 2,
        QuoteAsset = "CASH",
        QuoteScale = 2,
        TickSize = FixedPoint.One,
        MinPrice = FixedPoint.One,
        MaxPrice = 1_000 * FixedPoint.One,
        LotSize = FixedPoint.One,
        MinQuantity = FixedPoint.One,
        MaxQuantity = 1_000 * FixedPoint.One,
        MakerFeePpm = 1_000,
        TakerFeePpm = 2_000,
    };

    public static Symbol New(SymbolSpec spec, int id = 0) => new(id, spec, Coin, Cash);

    /// <summary>Returns a directory that holds COIN, CASH and one symbol of the spec.</summary>
    public static SymbolDirectory NewDirectory(SymbolSpec spec)
    {
        var directory = new SymbolDirectory();
        new RecordBuilder(CommandType.AddSymbol).Body(AddSymbolCommand.ToBytes(spec))
            .With(new AssetAdded { AssetId = (ushort)Coin.Id, IsBase = 1 })
            .With(new AssetAdded { AssetId = (ushort)Cash.Id })
            .With(new SymbolAdded { SymbolId = 0, BaseAssetId = (ushort)Coin.Id, QuoteAssetId = (ushort)Cash.Id })
            .ApplyTo(directory);
        return directory;
    }
}
