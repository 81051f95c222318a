using System.Runtime.InteropServices;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// What a fill or an end touches of one order in the <see cref="OrderTable"/>: one cache line; the order's terms lie elsewhere. Links are row numbers or
/// <see cref="OrderTable.None"/>. No references: millions of rows cost the garbage collector nothing.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 64)]
internal struct OrderRow
{
    public OrderProgress Progress;

    /// <summary>A later order bears the same client id, so the index of client ids does not lead here any more.</summary>
    public bool IsSuperseded;

    /// <summary>Of account, symbol and client id; 0 for an order without a client id.</summary>
    public uint ClientIdHash;

    /// <summary>Open: the account's open order before this one.</summary>
    public int Previous;

    /// <summary>Open: the account's open order after this one. Free: the next free row.</summary>
    public int Next;
}
