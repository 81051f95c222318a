using System.Text.Json;
using Exchange.Matching.Types;
using Exchange.Orders;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// <c>order/test</c>: everything that can be said about an order without the engine. The syntax and the filters of the real one;
/// funds, order counts and the book's state are not looked at. NOTIONAL of a market order is judged by the last price.
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

        if (BreaksNotional(request, order))
        {
            return request.Fail(Errors.Notional);
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

    private static bool BreaksNotional(ApiRequest request, in NewOrder order)
    {
        var symbol = order.Symbol;
        var isMarket = order.Type == OrderType.Market;
        var price = isMarket ? request.Services.MarketData.LastPrice(symbol) : order.Price;
        if (isMarket && !order.IsQuoteQuantity && price == 0)
        {
            return false;
        }

        var notional = order.IsQuoteQuantity ? order.Quantity : (Int128)price * order.Quantity * symbol.QuoteUnitsPerTickLot;
        var appliesMin = symbol.MinNotional != 0 && (!isMarket || symbol.Spec.ApplyMinToMarket);
        var appliesMax = symbol.MaxNotional != 0 && (!isMarket || symbol.Spec.ApplyMaxToMarket);
        return (appliesMin && notional < symbol.MinNotional) || (appliesMax && notional > symbol.MaxNotional);
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
