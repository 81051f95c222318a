using System.ComponentModel.DataAnnotations;

namespace Exchange.Orders;

/// <summary>Section `Exchange:Orders`; checked at start.</summary>
public sealed class OrdersOptions
{
    public const string Section = "Exchange:Orders";

    /// <summary>
    /// Closed orders of the whole exchange that can still be queried, newest kept: 1 to 10,000,000, default 100,000.
    /// More finds older orders without a history store, at about 200 bytes of memory each; fewer makes a query for an order that just
    /// closed miss it when the exchange is busy (100,000 are ten seconds at 10,000 orders per second).
    /// </summary>
    [Range(1, 10_000_000, ErrorMessage = "Exchange:Orders:ClosedOrdersKept is a number of orders from 1 to 10000000.")]
    public int ClosedOrdersKept { get; set; } = 100_000;
}
