using Exchange.Matching.Types;

namespace Exchange.Orders;

/// <summary>
/// One order in the <see cref="OrderTable"/>: the fields of <see cref="OrderState"/> (units there) and its links, which are row numbers
/// or <see cref="RowIndex.None"/>. 144 bytes, no references: millions of rows cost the garbage collector nothing.
/// </summary>
internal struct OrderRow
{
    public long OrderId;
    public long Price;
    public long Quantity;
    public long ExecutedQuantity;
    public long CumulativeQuote;
    public long QuoteOrderQuantity;
    public long CreatedUs;
    public long UpdatedUs;
    public long WorkingUs;
    public int AccountId;
    public int SymbolId;

    /// <summary>Open: the account's open order before this one.</summary>
    public int Previous;

    /// <summary>Open: the account's open order after this one. Closed: the order that closed next. Free: the next free row.</summary>
    public int Next;

    /// <summary>The order before this one with the same account, symbol and client id.</summary>
    public int SameIdOlder;

    /// <summary>The order after this one with the same account, symbol and client id.</summary>
    public int SameIdNewer;

    public ClientOrderId ClientOrderId;
    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public OrderStatus Status;
    public ExpireReason ExpireReason;

    /// <summary>Lots still to trade.</summary>
    public readonly long Leaves => Quantity - ExecutedQuantity;

    public readonly bool IsOpen => Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    public readonly void CopyTo(out OrderState state) => state = new OrderState
    {
        OrderId = OrderId,
        AccountId = AccountId,
        SymbolId = SymbolId,
        ClientOrderId = ClientOrderId,
        Side = Side,
        Type = Type,
        TimeInForce = TimeInForce,
        Status = Status,
        Price = Price,
        Quantity = Quantity,
        ExecutedQuantity = ExecutedQuantity,
        CumulativeQuote = CumulativeQuote,
        QuoteOrderQuantity = QuoteOrderQuantity,
        CreatedUs = CreatedUs,
        UpdatedUs = UpdatedUs,
        WorkingUs = WorkingUs,
        ExpireReason = ExpireReason,
    };
}
