using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;

namespace Exchange.Host.Telemetry;

/// <summary>The orders module with every placed order counted by type and outcome, whoever placed it. Any thread.</summary>
internal sealed class MeteredOrders(IOrdersModule orders, ExchangeMetrics metrics) : IOrdersModule
{
    public IRecordConsumer View => orders.View;

    public IRecordConsumer NewView(SymbolDirectory symbols) => orders.NewView(symbols);

    public async ValueTask<PlaceResult> PlaceAsync(NewOrder order)
    {
        try
        {
            var result = await orders.PlaceAsync(order);
            metrics.CountOrder(order.Type, OutcomeOf(result));
            return result;
        }
        catch (Exception unknown) when (unknown is ExchangeStoppedException or TimeoutException)
        {
            metrics.CountOrder(order.Type, "unknown");
            throw;
        }
    }

    public ValueTask<CancelResult> CancelAsync(CancelOrder cancel) => orders.CancelAsync(cancel);

    public ValueTask<CancelAllResult> CancelAllAsync(int accountId, Symbol symbol, long deadlineUs) => orders.CancelAllAsync(accountId, symbol, deadlineUs);

    public ValueTask<CancelResult> AmendAsync(AmendOrder amend) => orders.AmendAsync(amend);

    public ValueTask<PlaceResult> MoveAsync(int accountId, Symbol symbol, long orderId, long newPrice) =>
        orders.MoveAsync(accountId, symbol, orderId, newPrice);

    public ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken) =>
        orders.FindOrderAsync(accountId, symbolId, orderId, cancellationToken);

    public ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken) =>
        orders.FindOrderAsync(accountId, symbolId, clientOrderId, cancellationToken);

    public ValueTask<long> CopyOrdersAsync(OrderQuery query, List<OrderState> copies, CancellationToken cancellationToken) =>
        orders.CopyOrdersAsync(query, copies, cancellationToken);

    public ValueTask<long> CopyFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken) =>
        orders.CopyFillsAsync(query, fills, cancellationToken);

    public bool TryGetOrder(int accountId, int symbolId, long orderId, out OrderState order) => orders.TryGetOrder(accountId, symbolId, orderId, out order);

    public bool TryGetOrder(int accountId, int symbolId, in ClientOrderId clientOrderId, out OrderState order) =>
        orders.TryGetOrder(accountId, symbolId, clientOrderId, out order);

    public void CopyOpenOrders(int accountId, int? symbolId, List<OrderState> copies) => orders.CopyOpenOrders(accountId, symbolId, copies);

    private static string OutcomeOf(in PlaceResult result) => result.Admission switch
    {
        Admission.Overloaded => "overloaded",
        Admission.TooLate => "too_late",
        _ when result.Reject != RejectReason.None => "rejected",
        _ => result.Order.Status switch
        {
            OrderStatus.New => "new",
            OrderStatus.PartiallyFilled => "partially_filled",
            OrderStatus.Filled => "filled",
            OrderStatus.Expired => "expired",
            _ => "canceled",
        },
    };
}
