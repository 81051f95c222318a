using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>Pages of query answers: ascending, cut to the limit at the end that the query asks for.</summary>
internal static class OrderPage
{
    /// <summary>Sorts and cuts orders whose ids differ.</summary>
    public static void Cut(in OrderQuery query, List<OrderState> orders)
    {
        orders.Sort((left, right) => left.OrderId.CompareTo(right.OrderId));
        Cut(orders, query.Limit, query.TakesNewest);
    }

    /// <summary>Sorts and cuts fills; of a trade with oneself the taker's part comes first.</summary>
    public static void Cut(in FillQuery query, List<AccountFill> fills)
    {
        fills.Sort((left, right) => (left.TradeId, left.IsMaker).CompareTo((right.TradeId, right.IsMaker)));
        Cut(fills, query.Limit, query.TakesNewest);
    }

    private static void Cut<T>(List<T> rows, int limit, bool takesNewest)
    {
        var excess = rows.Count - limit;
        if (excess > 0)
        {
            rows.RemoveRange(takesNewest ? 0 : limit, excess);
        }
    }
}
