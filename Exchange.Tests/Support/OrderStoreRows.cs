using Exchange.Matching.Book;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>Orders of accounts that have no funds: for tests that are about the store alone.</summary>
internal static class OrderStoreRows
{
    public static int Add(this OrderStore orders, long orderId, int accountId, int symbolId, in ClientOrderId clientOrderId)
    {
        var found = orders.FindAccountOrders(accountId, symbolId);
        var accountOrders = found != 0 ? found : orders.AddAccountOrders(OrderStore.OwnerOf(accountId, symbolId), quoteFunds: default, baseFunds: default);
        return orders.Add(orderId, accountOrders, in clientOrderId);
    }
}
