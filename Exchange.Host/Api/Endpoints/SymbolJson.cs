using System.Text.Json;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Api.Endpoints;

/// <summary>A symbol as exchangeInfo shows it. What this exchange does not have yet is shown as not allowed.</summary>
internal static class SymbolJson
{
    public static string StatusOf(ApiRequest request, Symbol symbol) => StatusOf(request.Services.Symbols, symbol);

    /// <summary>BREAK while the whole venue is halted, HALT while the symbol is, CANCEL_ONLY in quarantine.</summary>
    public static string StatusOf(SymbolDirectory symbols, Symbol symbol) => symbols.RestrictionsOf(symbol.Id) switch
    {
        Restrictions.None => "TRADING",
        var restrictions when restrictions.HasFlag(Restrictions.VenueHalt) => "BREAK",
        var restrictions when restrictions.HasFlag(Restrictions.Halt) => "HALT",
        _ => "CANCEL_ONLY",
    };

    public static void Write(ApiRequest request, Symbol symbol, bool showsPermissionSets)
    {
        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteString("status"u8, StatusOf(request, symbol));
        json.WriteString("baseAsset"u8, symbol.BaseAsset.Name);
        json.WriteNumber("baseAssetPrecision"u8, symbol.BaseAsset.Scale);
        json.WriteString("quoteAsset"u8, symbol.QuoteAsset.Name);
        json.WriteNumber("quotePrecision"u8, symbol.QuoteAsset.Scale);
        json.WriteNumber("quoteAssetPrecision"u8, symbol.QuoteAsset.Scale);
        json.WriteNumber("baseCommissionPrecision"u8, symbol.BaseAsset.Scale);
        json.WriteNumber("quoteCommissionPrecision"u8, symbol.QuoteAsset.Scale);
        json.WriteStartArray("orderTypes"u8);
        json.WriteStringValue("LIMIT"u8);
        json.WriteStringValue("LIMIT_MAKER"u8);
        json.WriteStringValue("MARKET"u8);
        json.WriteEndArray();
        json.WriteBoolean("icebergAllowed"u8, false);
        json.WriteBoolean("ocoAllowed"u8, false);
        json.WriteBoolean("otoAllowed"u8, false);
        json.WriteBoolean("opoAllowed"u8, false);
        json.WriteBoolean("quoteOrderQtyMarketAllowed"u8, true);
        json.WriteBoolean("allowTrailingStop"u8, false);
        json.WriteBoolean("cancelReplaceAllowed"u8, false);
        json.WriteBoolean("amendAllowed"u8, true);
        json.WriteBoolean("pegInstructionsAllowed"u8, false);
        json.WriteBoolean("isSpotTradingAllowed"u8, true);
        json.WriteBoolean("isMarginTradingAllowed"u8, false);
        WriteFilters(request, symbol);
        json.WriteStartArray("permissions"u8);
        json.WriteEndArray();
        json.WriteStartArray("permissionSets"u8);
        if (showsPermissionSets)
        {
            json.WriteStartArray();
            json.WriteStringValue("SPOT"u8);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteString("defaultSelfTradePreventionMode"u8, "NONE"u8);
        json.WriteStartArray("allowedSelfTradePreventionModes"u8);
        json.WriteStringValue("NONE"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFilters(ApiRequest request, Symbol symbol)
    {
        var json = request.Json;
        var spec = symbol.Spec;
        json.WriteStartArray("filters"u8);

        json.WriteStartObject();
        json.WriteString("filterType"u8, "PRICE_FILTER"u8);
        json.WriteDecimal("minPrice"u8, spec.MinPrice);
        json.WriteDecimal("maxPrice"u8, spec.MaxPrice);
        json.WriteDecimal("tickSize"u8, spec.TickSize);
        json.WriteEndObject();

        json.WriteStartObject();
        json.WriteString("filterType"u8, "LOT_SIZE"u8);
        json.WriteDecimal("minQty"u8, spec.MinQuantity);
        json.WriteDecimal("maxQty"u8, spec.MaxQuantity);
        json.WriteDecimal("stepSize"u8, spec.LotSize);
        json.WriteEndObject();

        if (spec.HasMarketLotSize)
        {
            json.WriteStartObject();
            json.WriteString("filterType"u8, "MARKET_LOT_SIZE"u8);
            json.WriteDecimal("minQty"u8, spec.MarketMinQuantity);
            json.WriteDecimal("maxQty"u8, spec.MarketMaxQuantity);
            json.WriteDecimal("stepSize"u8, spec.MarketLotSize);
            json.WriteEndObject();
        }

        if (spec.HasPercentPriceBySide)
        {
            json.WriteStartObject();
            json.WriteString("filterType"u8, "PERCENT_PRICE_BY_SIDE"u8);
            json.WriteDecimal("bidMultiplierUp"u8, spec.BidMultiplierUp);
            json.WriteDecimal("bidMultiplierDown"u8, spec.BidMultiplierDown);
            json.WriteDecimal("askMultiplierUp"u8, spec.AskMultiplierUp);
            json.WriteDecimal("askMultiplierDown"u8, spec.AskMultiplierDown);
            json.WriteNumber("avgPriceMins"u8, spec.AvgPriceMins);
            json.WriteEndObject();
        }

        WriteNotionalFilters(json, spec);

        json.WriteStartObject();
        json.WriteString("filterType"u8, "MAX_NUM_ORDERS"u8);
        json.WriteNumber("maxNumOrders"u8, spec.MaxNumOrders);
        json.WriteEndObject();

        json.WriteEndArray();
    }

    /// <summary>
    /// Returns the greatest notional, 10^-8. Without a limit of its own that is what price and quantity allow: to clients such as freqtrade a
    /// maximum of 0 means that nothing may be bought.
    /// </summary>
    private static Int128 MaxNotional(SymbolSpec spec) =>
        spec.MaxNotional != 0 ? spec.MaxNotional : (Int128)spec.MaxPrice * spec.MaxQuantity / FixedPoint.One;

    private static void WriteNotionalFilters(Utf8JsonWriter json, SymbolSpec spec)
    {
        json.WriteStartObject();
        json.WriteString("filterType"u8, "NOTIONAL"u8);
        json.WriteDecimal("minNotional"u8, spec.MinNotional);
        json.WriteBoolean("applyMinToMarket"u8, spec.ApplyMinToMarket);
        json.WriteDecimal("maxNotional"u8, MaxNotional(spec));
        json.WriteBoolean("applyMaxToMarket"u8, spec.ApplyMaxToMarket);
        json.WriteNumber("avgPriceMins"u8, spec.AvgPriceMins);
        json.WriteEndObject();

        if (spec.MinNotionalFilter != 0)
        {
            json.WriteStartObject();
            json.WriteString("filterType"u8, "MIN_NOTIONAL"u8);
            json.WriteDecimal("minNotional"u8, spec.MinNotionalFilter);
            json.WriteBoolean("applyToMarket"u8, spec.ApplyMinNotionalFilterToMarket);
            json.WriteNumber("avgPriceMins"u8, spec.AvgPriceMins);
            json.WriteEndObject();
        }
    }
}
