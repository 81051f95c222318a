using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Sql;

/// <summary>How both writers read a stored order and the position.</summary>
internal static class StoredOrders
{
    public const string FirstPosition =
        "INSERT INTO replicator_position (id, epoch, sequence, time_us, fingerprint, directory) VALUES (1, 0, 0, 0, 0, '') ON CONFLICT (id) DO NOTHING";

    public const string ReadPosition = "SELECT epoch, sequence, time_us, fingerprint, directory FROM replicator_position WHERE id = 1";

    /// <summary>The parameter is the order's id; columns in the order of <see cref="SqlTables.Orders"/>.</summary>
    public static readonly string Read = $"SELECT {SqlTables.Orders.ColumnList} FROM orders WHERE order_id = $1";

    /// <param name="number">The whole number of a column.</param>
    public static OrderState ToState(Func<int, long> number, ClientOrderId clientOrderId) => new()
    {
        OrderId = number(0),
        AccountId = (int)number(1),
        SymbolId = (int)number(2),
        ClientOrderId = clientOrderId,
        Side = (Side)number(4),
        Type = (OrderType)number(5),
        TimeInForce = (TimeInForce)number(6),
        Status = (OrderStatus)number(7),
        ExpireReason = (ExpireReason)number(8),
        Price = number(9),
        Quantity = number(10),
        ExecutedQuantity = number(11),
        CumulativeQuote = number(12),
        QuoteOrderQuantity = number(13),
        CreatedUs = number(14),
        UpdatedUs = number(15),
        WorkingUs = number(16),
    };
}
