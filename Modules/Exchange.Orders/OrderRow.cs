using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// One order in the <see cref="OrderTable"/> and its links, which are row numbers or <see cref="RowIndex.None"/>. 152 bytes, no references:
/// millions of rows cost the garbage collector nothing.
/// </summary>
internal struct OrderRow
{
    public OrderState State;

    /// <summary>Sequence of the record that closed it; 0 while it is open.</summary>
    public long ClosedSequence;

    /// <summary>Open: the account's open order before this one. Closed: the account's order that closed next.</summary>
    public int Previous;

    /// <summary>Open: the account's open order after this one. Closed: the order that closed next. Free: the next free row.</summary>
    public int Next;

    /// <summary>The order before this one with the same account, symbol and client id.</summary>
    public int SameIdOlder;

    /// <summary>The order after this one with the same account, symbol and client id.</summary>
    public int SameIdNewer;
}
