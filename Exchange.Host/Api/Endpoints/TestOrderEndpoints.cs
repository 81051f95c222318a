using System.Text.Json;
using Exchange.Matching.Types;
using Exchange.Orders;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// <c>order/test</c>: everything that can be said about an order without the engine. The syntax and the filters of the real one;
/// funds, order counts and the book's state are not looked at. Filters that measure by the
/// reference price take the same one as the engine, of this moment.
/// </summary>
internal static class TestOrderEndpoints
{
    public static readonly string[] Names = [.. OrderParameters.Names, "computeCommissionRates"];

    public static int Weight(ApiRequest request) =>
        request.Parameters.TryGet("computeCommissionRates"u8, out var text) && System.Text.Ascii.EqualsIgnoreCase(text, "true"u8) ? 20 : 1;

    public static ValueTask Test(ApiRequest request)
    {
        var computesRates = request.Flag("computeCommissionRates"u8, defaultValue: false);
        if (OrderParameters.TryRead(request, out var order, out _) && PassesFilters(request, order))
        {
            request.Json.WriteStartObject();
            if (computesRates)
            {
                WriteRates(request.Json, order.Symbol);
            }

            request.Json.WriteEndObject();
        }

        return ValueTask.CompletedTask;
    }

    private static bool PassesFilters(ApiRequest request, in NewOrder order)
    {
        var symbol = order.Symbol;
        if (request.Services.Symbols.IsCancelOnly(symbol.Id))
        {
            return request.Fail(Rejections.Placing(RejectReason.MarketClosed));
        }

        if (BrokenFilter(request, order) is { } broken)
        {
            return request.Fail(broken);
        }

        if (order.Type == OrderType.LimitMaker || (order.Type == OrderType.Limit && order.TimeInForce == TimeInForce.Gtc))
        {
            request.Services.Orders.CopyOpenOrders(request.AccountId, symbol.Id, request.Orders);
            if (request.Orders.Count >= symbol.Spec.MaxNumOrders)
            {
                return request.Fail(Errors.MaxNumOrders);
            }
        }

        return true;
    }

    private static ApiError? BrokenFilter(ApiRequest request, in NewOrder order)
    {
        var symbol = order.Symbol;
        var reference = AverageWindow.Of(request, symbol).ReferencePrice;
        if (order.Type != OrderType.Market)
        {
            return BreaksPercentPrice(order, reference) ? Errors.PercentPriceBySide : BrokenNotional(order, order.Price);
        }

        if (!order.IsQuoteQuantity
            && (order.Quantity < symbol.MarketMinQuantity || order.Quantity > symbol.MarketMaxQuantity || order.Quantity % symbol.MarketLotStep != 0))
        {
            return Errors.MarketLotSize;
        }

        return reference == 0 && !order.IsQuoteQuantity ? null : BrokenNotional(order, reference);
    }

    private static bool BreaksPercentPrice(in NewOrder order, long reference)
    {
        var spec = order.Symbol.Spec;
        if (!order.Symbol.HasPercentPriceBySide || reference == 0)
        {
            return false;
        }

        var (down, up) = order.Side == Side.Buy ? (spec.BidMultiplierDown, spec.BidMultiplierUp) : (spec.AskMultiplierDown, spec.AskMultiplierUp);
        var price = (Int128)order.Price * FixedPoint.One;
        return price < (Int128)reference * down || price > (Int128)reference * up;
    }

    private static ApiError? BrokenNotional(in NewOrder order, long price)
    {
        var symbol = order.Symbol;
        var isMarket = order.Type == OrderType.Market;

        var notional = order.IsQuoteQuantity ? order.Quantity : (Int128)price * order.Quantity * symbol.QuoteUnitsPerTickLot;
        var appliesMin = symbol.MinNotional != 0 && (!isMarket || symbol.Spec.ApplyMinToMarket);
        var appliesMax = symbol.MaxNotional != 0 && (!isMarket || symbol.Spec.ApplyMaxToMarket);
        if ((appliesMin && notional < symbol.MinNotional) || (appliesMax && notional > symbol.MaxNotional))
        {
            return Errors.Notional;
        }

        return notional < symbol.MinNotionalFilter && (!isMarket || symbol.Spec.ApplyMinNotionalFilterToMarket) ? Errors.MinNotional : null;
    }

    private static void WriteRates(Utf8JsonWriter json, Symbol symbol)
    {
        Write("standardCommissionForOrder"u8, symbol.Spec.MakerFeePpm, symbol.Spec.TakerFeePpm);
        Write("specialCommissionForOrder"u8, 0, 0);
        Write("taxCommissionForOrder"u8, 0, 0);
        CommissionJson.WriteNoDiscount(json);

        void Write(ReadOnlySpan<byte> name, int makerPpm, int takerPpm)
        {
            json.WriteStartObject(name);
            json.WriteDecimal("maker"u8, CommissionJson.Rate(makerPpm));
            json.WriteDecimal("taker"u8, CommissionJson.Rate(takerPpm));
            json.WriteEndObject();
        }
    }
}
