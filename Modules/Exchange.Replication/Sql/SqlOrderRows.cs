using Exchange.Replication.Following;

namespace Exchange.Replication.Sql;

/// <summary>A batch's orders as rows of a table.</summary>
internal static class SqlOrderRows
{
    /// <summary>Hands over the added and the changed orders, as they stand now.</summary>
    public static void WriteTo(this OrderRows orders, IRowSink sink)
    {
        Write(orders, sink, SqlTables.Orders, orders.Added);
        Write(orders, sink, SqlTables.ChangedOrders, orders.Changed);
    }

    private static void Write(OrderRows orders, IRowSink sink, SqlTable table, IReadOnlyList<int> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        sink.BeginTable(table, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            ref readonly var order = ref orders[rows[i]];
            sink.Add(order.OrderId);
            sink.Add(order.AccountId);
            sink.Add(order.SymbolId);
            sink.Add(order.ClientOrderId.Bytes);
            sink.Add((long)order.Side);
            sink.Add((long)order.Type);
            sink.Add((long)order.TimeInForce);
            sink.Add((long)order.Status);
            sink.Add((long)order.ExpireReason);
            sink.Add(order.Price);
            sink.Add(order.Quantity);
            sink.Add(order.ExecutedQuantity);
            sink.Add(order.CumulativeQuote);
            sink.Add(order.QuoteOrderQuantity);
            sink.Add(order.CreatedUs);
            sink.Add(order.UpdatedUs);
            sink.Add(order.WorkingUs);
        }

        sink.EndTable();
    }
}
