using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;

namespace Exchange.Tests.Unit.Modules.Orders;

internal static class OrderText
{
    /// <summary>
    /// Returns every field of an order in one line:
    /// "id account/symbol 'client id' side type time-in-force price executed/quantity quote[/asked quote] status created-updated-working".
    /// </summary>
    public static string Text(this OrderState order) =>
        $"{order.OrderId} {order.AccountId}/{order.SymbolId} '{order.ClientOrderId}' {order.Side} {order.Type} {order.TimeInForce} @{order.Price} "
        + $"{order.ExecutedQuantity}/{order.Quantity} {order.CumulativeQuote}"
        + (order.QuoteOrderQuantity == 0 ? "" : $"/{order.QuoteOrderQuantity}")
        + $" {order.Status}" + (order.Status == OrderStatus.Expired ? $"({order.ExpireReason})" : "")
        + $" {order.CreatedUs}-{order.UpdatedUs}-{order.WorkingUs}";

    public static string Text(this IEnumerable<FillState> fills) =>
        string.Join(' ', fills.Select(fill => $"#{fill.TradeId}:{fill.Quantity}@{fill.Price}-{fill.Fee}"));
}
