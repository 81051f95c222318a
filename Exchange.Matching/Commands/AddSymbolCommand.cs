using Exchange.Matching.Types;

namespace Exchange.Matching.Commands;

/// <summary>
/// Creates a symbol; its assets are created with it where they do not exist yet. A body of the first form ends after the fees: a symbol
/// without MIN_NOTIONAL, MARKET_LOT_SIZE and PERCENT_PRICE_BY_SIDE.
/// </summary>
public static class AddSymbolCommand
{
    public static byte[] ToBytes(SymbolSpec spec)
    {
        var bytes = new byte[512];
        var writer = new BodyWriter(bytes);
        writer.Text(spec.Name);
        writer.Text(spec.BaseAsset);
        writer.Byte((byte)spec.BaseScale);
        writer.Text(spec.QuoteAsset);
        writer.Byte((byte)spec.QuoteScale);
        writer.Int64(spec.TickSize);
        writer.Int64(spec.MinPrice);
        writer.Int64(spec.MaxPrice);
        writer.Int64(spec.LotSize);
        writer.Int64(spec.MinQuantity);
        writer.Int64(spec.MaxQuantity);
        writer.Int64(spec.MinNotional);
        writer.Int64(spec.MaxNotional);
        writer.Byte(spec.ApplyMinToMarket ? (byte)1 : (byte)0);
        writer.Byte(spec.ApplyMaxToMarket ? (byte)1 : (byte)0);
        writer.Int32(spec.AvgPriceMins);
        writer.Int32(spec.MaxNumOrders);
        writer.Int32(spec.MakerFeePpm);
        writer.Int32(spec.TakerFeePpm);
        writer.Int64(spec.MinNotionalFilter);
        writer.Byte(spec.ApplyMinNotionalFilterToMarket ? (byte)1 : (byte)0);
        writer.Int64(spec.MarketMinQuantity);
        writer.Int64(spec.MarketMaxQuantity);
        writer.Int64(spec.MarketLotSize);
        writer.Int64(spec.BidMultiplierUp);
        writer.Int64(spec.BidMultiplierDown);
        writer.Int64(spec.AskMultiplierUp);
        writer.Int64(spec.AskMultiplierDown);
        return bytes[..writer.Length];
    }

    /// <summary>Returns the spec, not yet validated, or null when the bytes are malformed.</summary>
    public static SymbolSpec? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var spec = new SymbolSpec
        {
            Name = reader.Text(),
            BaseAsset = reader.Text(),
            BaseScale = reader.Byte(),
            QuoteAsset = reader.Text(),
            QuoteScale = reader.Byte(),
            TickSize = reader.Int64(),
            MinPrice = reader.Int64(),
            MaxPrice = reader.Int64(),
            LotSize = reader.Int64(),
            MinQuantity = reader.Int64(),
            MaxQuantity = reader.Int64(),
            MinNotional = reader.Int64(),
            MaxNotional = reader.Int64(),
            ApplyMinToMarket = reader.Byte() != 0,
            ApplyMaxToMarket = reader.Byte() != 0,
            AvgPriceMins = reader.Int32(),
            MaxNumOrders = reader.Int32(),
            MakerFeePpm = reader.Int32(),
            TakerFeePpm = reader.Int32(),
        };
        if (!reader.IsAtEnd)
        {
            spec = spec with
            {
                MinNotionalFilter = reader.Int64(),
                ApplyMinNotionalFilterToMarket = reader.Byte() != 0,
                MarketMinQuantity = reader.Int64(),
                MarketMaxQuantity = reader.Int64(),
                MarketLotSize = reader.Int64(),
                BidMultiplierUp = reader.Int64(),
                BidMultiplierDown = reader.Int64(),
                AskMultiplierUp = reader.Int64(),
                AskMultiplierDown = reader.Int64(),
            };
        }

        return reader.IsComplete ? spec : null;
    }
}
