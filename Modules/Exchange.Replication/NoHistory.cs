using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication;

/// <summary>No store is configured: nothing is found, and nothing is complete but the windows.</summary>
internal sealed class NoHistory : IHistory
{
    public bool IsConfigured => false;

    public long CompleteSequence => 0;

    public ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken) => default;

    public ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken) => default;

    public ValueTask AddOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken) => default;

    public ValueTask AddFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken) => default;

    public ValueTask AddTradesAsync(TradeQuery query, List<HistoricalTrade> trades, CancellationToken cancellationToken) => default;
}
