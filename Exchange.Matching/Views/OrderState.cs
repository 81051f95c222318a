using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>One order as it stood right after a record: what <see cref="OrderFold{TRows}"/> makes of the records about it.</summary>
public struct OrderState
{
    public long OrderId;
    public int AccountId;
    public int SymbolId;
    public ClientOrderId ClientOrderId;
    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public OrderStatus Status;

    /// <summary>Meaningful when <see cref="Status"/> is Expired.</summary>
    public ExpireReason ExpireReason;

    /// <summary>Ticks; 0 for a market order.</summary>
    public long Price;

    /// <summary>Lots; for a market order by quote amount, the lots that it executed.</summary>
    public long Quantity;

    /// <summary>Lots.</summary>
    public long ExecutedQuantity;

    /// <summary>Quote units.</summary>
    public long CumulativeQuote;

    /// <summary>Quote units asked for; 0 unless a market order by quote amount.</summary>
    public long QuoteOrderQuantity;

    /// <summary>Journal microseconds; never changes.</summary>
    public long CreatedUs;

    /// <summary>Journal microseconds.</summary>
    public long UpdatedUs;

    /// <summary>Journal microseconds at which it was first on the book or traded.</summary>
    public long WorkingUs;

    public readonly bool IsOpen => Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    /// <summary>Lots still to trade.</summary>
    public readonly long Leaves => Quantity - ExecutedQuantity;
}
