using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// What matching touches of an order in the book: 64 bytes, one cache line. Indices are slots of the <see cref="OrderStore"/>, 0 is none.
/// <code>
///  0  orderId (8) | price, ticks (8) | leaves, lots (8)
/// 24  next, previous: queue of the level (4+4)
/// 32  nextOfAccount, previousOfAccount: the account's open orders on the symbol, oldest first (4+4)
/// 40  quoteFunds (4) | accountOrders (4) | owner: accountId (4) | symbolId (4)
/// 56  side | type | hasFills | 1 spare | clientHash (4)
/// </code>
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct RestingOrder
{
    public const int AccountOrdersOffset = 44;
    public const int ClientHashOffset = 60;

    [FieldOffset(0)] public long OrderId;
    [FieldOffset(8)] public long Price;
    [FieldOffset(16)] public long Leaves;
    [FieldOffset(24)] public int Next;
    [FieldOffset(28)] public int Previous;
    [FieldOffset(32)] public int NextOfAccount;
    [FieldOffset(36)] public int PreviousOfAccount;

    /// <summary>Those of the account: what a move changes, kept here so that it need not look for them.</summary>
    [FieldOffset(40)] public FundsPlace QuoteFunds;

    /// <summary>Index of the account's <see cref="AccountOrders"/> on the symbol.</summary>
    [FieldOffset(AccountOrdersOffset)] public int AccountOrders;

    /// <summary>Account and symbol as one number, as in a <see cref="Commands.CommandSlot"/>: one comparison tells whose order it is.</summary>
    [FieldOffset(48)] public long Owner;
    [FieldOffset(48)] public int AccountId;
    [FieldOffset(52)] public int SymbolId;
    [FieldOffset(56)] public Side Side;
    [FieldOffset(57)] public OrderType Type;
    [FieldOffset(58)] public bool HasFills;

    [FieldOffset(56)] private uint _kind;

    /// <summary>
    /// Key in the index of client ids, kept here so that an order leaves it without a look at its id, and because the index asks for it: it stays as long as the order
    /// is there.
    /// </summary>
    [FieldOffset(ClientHashOffset)] public uint ClientHash;

    /// <summary>Sets side, type and whether it has fills, in one store.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetKind(Side side, OrderType type, bool hasFills) => _kind = (uint)side | ((uint)type << 8) | (hasFills ? 1u << 16 : 0);
}

/// <summary>
/// The open orders of one account on one symbol, oldest first, and where the funds are that they move; 32 bytes, so that none lies on two cache lines.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct AccountOrders
{
    public const int OwnerOffset = 0;
    public const int LastOffset = 12;

    /// <summary>Account and symbol as one number; that of row 0 is nobody's.</summary>
    [FieldOffset(OwnerOffset)] public long Owner;
    [FieldOffset(8)] public int First;
    [FieldOffset(LastOffset)] public int Last;
    [FieldOffset(16)] public int Count;

    // By the side of an order that pays with them.
    [FieldOffset(20)] private readonly FundsPlace _quoteFunds;
    [FieldOffset(24)] private readonly FundsPlace _baseFunds;

    public AccountOrders(long owner, FundsPlace quoteFunds, FundsPlace baseFunds)
    {
        Owner = owner;
        _quoteFunds = quoteFunds;
        _baseFunds = baseFunds;
    }

    public readonly FundsPlace QuoteFunds => _quoteFunds;

    /// <summary>Returns where the funds are with which an order of the side with this index pays.</summary>
    /// <param name="side">0 or 1: <see cref="SideExtensions.Index"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly FundsPlace Funds(nuint side) => Unsafe.Add(ref Unsafe.AsRef(in _quoteFunds), side);

    /// <summary>Returns where the funds are with which an order of <paramref name="side"/> pays.</summary>
    // Safety: one bit of the side, whatever it is, finds one of the two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly FundsPlace PaidFunds(Side side) => Funds(side.Index());
}
