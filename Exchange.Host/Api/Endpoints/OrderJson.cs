using System.Text.Json;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;

namespace Exchange.Host.Api.Endpoints;

/// <summary>Orders as the API shows them: placed, queried, cancelled (API.md A6).</summary>
internal static class OrderJson
{
    public static void WritePlaced(ApiRequest request, Symbol symbol, in PlaceResult result, ResponseType responseType)
    {
        var json = request.Json;
        var order = result.Order;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteNumber("orderId"u8, order.OrderId);
        json.WriteNumber("orderListId"u8, -1);
        json.WriteString("clientOrderId"u8, order.ClientOrderId.Bytes);
        request.WriteTime("transactTime"u8, result.TimeUs);
        if (responseType != ResponseType.Ack)
        {
            WriteAmounts(json, symbol, order);
            WriteTerms(json, order);
            WriteWorkingTime(request, order);
            json.WriteString("selfTradePreventionMode"u8, "NONE"u8);
            WriteExpiryReason(json, order);
        }

        if (responseType == ResponseType.Full)
        {
            WriteFills(json, symbol, order.Side, result.Fills);
        }

        json.WriteEndObject();
    }

    public static void WriteQueried(ApiRequest request, Symbol symbol, in OrderState order)
    {
        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteNumber("orderId"u8, order.OrderId);
        json.WriteNumber("orderListId"u8, -1);
        json.WriteString("clientOrderId"u8, order.ClientOrderId.Bytes);
        json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, order.Price));
        json.WriteDecimal("origQty"u8, SymbolUnits.Quantity(symbol, order.Quantity));
        json.WriteDecimal("executedQty"u8, SymbolUnits.Quantity(symbol, order.ExecutedQuantity));
        json.WriteAmount("cummulativeQuoteQty"u8, symbol.QuoteAsset, order.CumulativeQuote);
        json.WriteString("status"u8, StatusText(order.Status));
        WriteTerms(json, order, withStatus: false);
        json.WriteDecimal("stopPrice"u8, 0);
        json.WriteDecimal("icebergQty"u8, 0);
        request.WriteTime("time"u8, order.CreatedUs);
        request.WriteTime("updateTime"u8, order.UpdatedUs);
        json.WriteBoolean("isWorking"u8, order.WorkingUs != 0);
        WriteWorkingTime(request, order);
        json.WriteAmount("origQuoteOrderQty"u8, symbol.QuoteAsset, order.QuoteOrderQuantity);
        json.WriteString("selfTradePreventionMode"u8, "NONE"u8);
        WriteExpiryReason(json, order);
        json.WriteEndObject();
    }

    /// <param name="cancelId">The id of the cancel itself.</param>
    /// <param name="timeUs">When it was cancelled, journal microseconds.</param>
    public static void WriteCanceled(ApiRequest request, Symbol symbol, in OrderState order, in ClientOrderId cancelId, long timeUs)
    {
        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteString("origClientOrderId"u8, order.ClientOrderId.Bytes);
        json.WriteNumber("orderId"u8, order.OrderId);
        json.WriteNumber("orderListId"u8, -1);
        json.WriteString("clientOrderId"u8, cancelId.Bytes);
        request.WriteTime("transactTime"u8, timeUs);
        WriteAmounts(json, symbol, order);
        WriteTerms(json, order);
        json.WriteString("selfTradePreventionMode"u8, "NONE"u8);
        json.WriteEndObject();
    }

    private static void WriteAmounts(Utf8JsonWriter json, Symbol symbol, in OrderState order)
    {
        json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, order.Price));
        json.WriteDecimal("origQty"u8, SymbolUnits.Quantity(symbol, order.Quantity));
        json.WriteDecimal("executedQty"u8, SymbolUnits.Quantity(symbol, order.ExecutedQuantity));
        json.WriteAmount("origQuoteOrderQty"u8, symbol.QuoteAsset, order.QuoteOrderQuantity);
        json.WriteAmount("cummulativeQuoteQty"u8, symbol.QuoteAsset, order.CumulativeQuote);
    }

    public static void WriteTerms(Utf8JsonWriter json, in OrderState order, bool withStatus = true)
    {
        if (withStatus)
        {
            json.WriteString("status"u8, StatusText(order.Status));
        }

        json.WriteString("timeInForce"u8, order.TimeInForce switch
        {
            TimeInForce.Ioc => "IOC"u8,
            TimeInForce.Fok => "FOK"u8,
            _ => "GTC"u8,
        });
        json.WriteString("type"u8, order.Type switch
        {
            OrderType.LimitMaker => "LIMIT_MAKER"u8,
            OrderType.Market => "MARKET"u8,
            _ => "LIMIT"u8,
        });
        json.WriteString("side"u8, order.Side == Side.Buy ? "BUY"u8 : "SELL"u8);
    }

    /// <summary>-1 for an order that never was on the book nor traded.</summary>
    public static void WriteWorkingTime(ApiRequest request, in OrderState order)
    {
        if (order.WorkingUs == 0)
        {
            request.Json.WriteNumber("workingTime"u8, -1);
        }
        else
        {
            request.WriteTime("workingTime"u8, order.WorkingUs);
        }
    }

    private static void WriteExpiryReason(Utf8JsonWriter json, in OrderState order)
    {
        if (order.Status == OrderStatus.Expired)
        {
            json.WriteString("expiryReason"u8, order.ExpireReason switch
            {
                ExpireReason.UnfilledIoc => "UNFILLED_IOC_QUANTITY_EXPIRED"u8,
                ExpireReason.UnfilledFok => "UNFILLED_FOK_ORDER_EXPIRED"u8,
                ExpireReason.InsufficientLiquidity => "INSUFFICIENT_LIQUIDITY"u8,
                ExpireReason.ExchangeCanceled => "EXCHANGE_CANCELED"u8,
                _ => "NONE"u8,
            });
        }
    }

    private static void WriteFills(Utf8JsonWriter json, Symbol symbol, Side side, IReadOnlyList<FillState> fills)
    {
        var received = side == Side.Buy ? symbol.BaseAsset : symbol.QuoteAsset;
        json.WriteStartArray("fills"u8);
        for (var i = 0; i < fills.Count; i++)
        {
            var fill = fills[i];
            json.WriteStartObject();
            json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, fill.Price));
            json.WriteDecimal("qty"u8, SymbolUnits.Quantity(symbol, fill.Quantity));
            json.WriteAmount("commission"u8, received, fill.Fee);
            json.WriteString("commissionAsset"u8, received.Name);
            json.WriteNumber("tradeId"u8, fill.TradeId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ReadOnlySpan<byte> StatusText(OrderStatus status) => status switch
    {
        OrderStatus.PartiallyFilled => "PARTIALLY_FILLED"u8,
        OrderStatus.Filled => "FILLED"u8,
        OrderStatus.Canceled => "CANCELED"u8,
        OrderStatus.Expired => "EXPIRED"u8,
        _ => "NEW"u8,
    };
}
