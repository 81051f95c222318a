using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <content>
/// Queries that reach beyond memory. The window is read first: what had left it by then, the store holds, or the answer says that it does not. Where
/// both have an order, the window's is the newer.
/// </content>
internal sealed partial class OrdersModule
{
    public async ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken)
    {
        if (view.TryFind(accountId, symbolId, orderId, out var order, out var reach) || NeedsNoStore(reach))
        {
            return new OrderLookup(order.OrderId != 0, order, reach.Sequence);
        }

        var stored = history.CompleteSequence;
        return Found(await history.FindOrderAsync(accountId, symbolId, orderId, cancellationToken).ConfigureAwait(false), reach, stored);
    }

    public async ValueTask<OrderLookup> FindOrderAsync(
        int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken)
    {
        if (view.TryFind(accountId, symbolId, clientOrderId, out var order, out var reach) || NeedsNoStore(reach))
        {
            return new OrderLookup(order.OrderId != 0, order, reach.Sequence);
        }

        var stored = history.CompleteSequence;
        return Found(await history.FindOrderAsync(accountId, symbolId, clientOrderId, cancellationToken).ConfigureAwait(false), reach, stored);
    }

    public async ValueTask<long> CopyOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken)
    {
        var reach = view.Copy(query, orders);
        if (NeedsNoStore(reach))
        {
            return CompleteWithoutStore(reach);
        }

        var stored = history.CompleteSequence;
        var recent = orders.Select(order => order.OrderId).ToHashSet();
        var older = new List<OrderState>();
        await history.AddOrdersAsync(query, older, cancellationToken).ConfigureAwait(false);
        orders.AddRange(older.Where(order => !recent.Contains(order.OrderId)));
        OrderPage.Cut(query, orders);
        return Complete(reach, stored);
    }

    public async ValueTask<long> CopyFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken)
    {
        var reach = view.Copy(query, fills);
        if (NeedsNoStore(reach))
        {
            return CompleteWithoutStore(reach);
        }

        var stored = history.CompleteSequence;
        var recent = fills.Select(fill => (fill.TradeId, fill.IsMaker)).ToHashSet();
        var older = new List<AccountFill>();
        await history.AddFillsAsync(query, older, cancellationToken).ConfigureAwait(false);
        fills.AddRange(older.Where(fill => !recent.Contains((fill.TradeId, fill.IsMaker))));
        OrderPage.Cut(query, fills);
        return Complete(reach, stored);
    }

    private static long Complete(in WindowReach reach, long stored) => stored >= reach.ForgottenSequence ? reach.Sequence : stored;

    private static OrderLookup Found(OrderState? order, in WindowReach reach, long stored)
    {
        if (order is null && stored < reach.ForgottenSequence)
        {
            // Why not "there is none": whoever is told so sends the order again.
            throw new HistoryUnavailableException(
                $"the history store holds sequence {stored}, the window begins behind {reach.ForgottenSequence}: nobody can say whether there is such an order");
        }

        return new OrderLookup(order is not null, order ?? default, Complete(reach, stored));
    }

    private bool NeedsNoStore(in WindowReach reach) => reach.IsWhole || reach.ForgottenSequence == 0 || !history.IsConfigured;

    /// <summary>Without a store, what has left the window is nowhere: nothing is complete but what is whole.</summary>
    private static long CompleteWithoutStore(in WindowReach reach) => reach.IsWhole || reach.ForgottenSequence == 0 ? reach.Sequence : 0;
}
