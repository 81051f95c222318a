using Exchange.Matching.Types;
using Exchange.Orders;

namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// <c>order/amend/keepPriority</c>: a smaller quantity, the same place in the queue. The order keeps its client id: without
/// <c>newClientOrderId</c> the answer shows the old one, and another one is refused rather than dropped.
/// </summary>
internal static class AmendEndpoint
{
    public static readonly string[] Names = ["symbol", "orderId", "origClientOrderId", "newClientOrderId", "newQty"];

    public static async ValueTask Amend(ApiRequest request)
    {
        if (!TryRead(request, out var amend))
        {
            return;
        }

        var result = await request.Within(request.Services.Orders.AmendAsync(amend));
        if (OrderOutcome.IsAmended(request, result.Admission, result.Reject, result.Sequence))
        {
            Write(request, amend.Symbol, result);
        }
    }

    private static bool TryRead(ApiRequest request, out AmendOrder amend)
    {
        amend = new AmendOrder { AccountId = request.AccountId, DeadlineUs = request.DeadlineUs };
        var symbol = request.MandatorySymbol();
        var (orderId, clientOrderId) = OrderEndpoints.ReadIds(request);
        var newClientOrderId = request.ClientOrderId("newClientOrderId"u8, Errors.NewClientOrderIdEmpty);
        request.Require("newQty"u8);
        var quantity = request.Decimal("newQty"u8);
        if (!request.EndParameters())
        {
            return false;
        }

        if (quantity == 0)
        {
            return request.Fail(Errors.InvalidQuantity);
        }

        if (!SymbolUnits.TryLots(symbol!, quantity!.Value, out amend.NewQuantity))
        {
            return request.Fail(Errors.LotSize);
        }

        amend.Symbol = symbol!;
        amend.OrderId = orderId ?? 0;
        amend.OriginalClientOrderId = clientOrderId;
        return orderId == 0
            ? request.Fail(Rejections.Amending(RejectReason.UnknownOrder))
            : KeepsClientOrderId(request, amend, newClientOrderId);
    }

    private static bool KeepsClientOrderId(ApiRequest request, in AmendOrder amend, in ClientOrderId newClientOrderId)
    {
        if (newClientOrderId.IsEmpty)
        {
            return true;
        }

        var isFound = amend.OrderId != 0
            ? request.Services.Orders.TryGetOrder(amend.AccountId, amend.Symbol.Id, amend.OrderId, out var order)
            : request.Services.Orders.TryGetOrder(amend.AccountId, amend.Symbol.Id, amend.OriginalClientOrderId, out order);

        // An order that is not there is the module's to refuse.
        return !isFound || newClientOrderId == order.ClientOrderId || request.Fail(Errors.NotSupported);
    }

    private static void Write(ApiRequest request, Symbol symbol, in CancelResult result)
    {
        var json = request.Json;
        var order = result.Order;
        json.WriteStartObject();
        request.WriteTime("transactTime"u8, result.TimeUs);
        json.WriteNumber("executionId"u8, result.Sequence);
        json.WriteStartObject("amendedOrder"u8);
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteNumber("orderId"u8, order.OrderId);
        json.WriteNumber("orderListId"u8, -1);
        json.WriteString("origClientOrderId"u8, order.ClientOrderId.Bytes);
        json.WriteString("clientOrderId"u8, order.ClientOrderId.Bytes);
        json.WriteDecimal("price"u8, SymbolUnits.Price(symbol, order.Price));
        json.WriteDecimal("qty"u8, SymbolUnits.Quantity(symbol, order.Quantity));
        json.WriteDecimal("executedQty"u8, SymbolUnits.Quantity(symbol, order.ExecutedQuantity));
        json.WriteDecimal("preventedQty"u8, 0);
        json.WriteAmount("quoteOrderQty"u8, symbol.QuoteAsset, order.QuoteOrderQuantity);
        json.WriteAmount("cumulativeQuoteQty"u8, symbol.QuoteAsset, order.CumulativeQuote);
        OrderJson.WriteTerms(json, order);
        OrderJson.WriteWorkingTime(request, order);
        json.WriteString("selfTradePreventionMode"u8, "NONE"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
