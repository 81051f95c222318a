using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// What matching touches of an order in the book: 64 bytes, one cache line. Indices are slots of the <see cref="OrderStore"/>, 0 is none.
/// <code>
///  0  orderId (8) | price, ticks (8) | leaves, lots (8)
/// 24  next, previous: queue of the level (4+4)
/// 32  nextOfAccount, previousOfAccount: the account's open orders on the symbol, oldest first (4+4)
/// 40  level (4) | accountId (4) | accountOrders (4) | symbolId (4)
/// 56  side | type | hasFills | 5 spare
/// </code>
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct RestingOrder
{
    [FieldOffset(0)] public long OrderId;
    [FieldOffset(8)] public long Price;
    [FieldOffset(16)] public long Leaves;
    [FieldOffset(24)] public int Next;
    [FieldOffset(28)] public int Previous;
    [FieldOffset(32)] public int NextOfAccount;
    [FieldOffset(36)] public int PreviousOfAccount;

    /// <summary>Index of the price level in the <see cref="LevelStore"/>.</summary>
    [FieldOffset(40)] public int Level;
    [FieldOffset(44)] public int AccountId;

    /// <summary>Index of the account's <see cref="AccountOrders"/> on the symbol.</summary>
    [FieldOffset(48)] public int AccountOrders;
    [FieldOffset(52)] public int SymbolId;
    [FieldOffset(56)] public Side Side;
    [FieldOffset(57)] public OrderType Type;
    [FieldOffset(58)] public bool HasFills;
}

/// <summary>What matching does not touch: 48 bytes, parallel to <see cref="RestingOrder"/>.</summary>
internal struct RestingOrderDetails
{
    public ClientOrderId ClientOrderId;

    /// <summary>Next order whose account and client id have the same 64-bit hash; almost always none.</summary>
    public int NextOfHash;
}

/// <summary>The open orders of one account on one symbol, oldest first.</summary>
internal struct AccountOrders
{
    public int First;
    public int Last;
    public int Count;
}
