using System.ComponentModel.DataAnnotations;

namespace Exchange.Orders;

/// <summary>Section `Exchange:Orders`; checked at start.</summary>
public sealed class OrdersOptions
{
    public const string Section = "Exchange:Orders";

    /// <summary>
    /// Closed orders of the whole exchange that memory holds at most, newest kept: 1 to 10,000,000, default 100,000, some 200 bytes each. Older ones
    /// than the newest 1,000 go as soon as the history store holds them, so the bound counts where the store lags or none is configured: more
    /// answers queries completely for longer (100,000 are ten seconds at 10,000 orders per second); fewer saves memory in an outage.
    /// </summary>
    [Range(1, 10_000_000, ErrorMessage = "Exchange:Orders:ClosedOrdersKept is a number of orders from 1 to 10000000.")]
    public int ClosedOrdersKept { get; set; } = 100_000;

    /// <summary>Trades of the whole exchange that memory holds at most: 1 to 10,000,000, default 100,000, some 110 bytes each. As above.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Exchange:Orders:TradesKept is a number of trades from 1 to 10000000.")]
    public int TradesKept { get; set; } = 100_000;
}
