using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Commands;

/// <summary>
/// One slot of the command ring: 128 bytes, two cache lines. A trading command fills one slot's fields. Any other command is
/// payload bytes in its journal form: 120 in the first slot (from offset 8), 128 in each further slot.
/// <code>
///   0  type (1) | slotCount (1) | payloadLength (2) | replyToken (4)
///   8  accountId (4) | symbolId (4)
///  16  orderId (8) | price, ticks (8) | quantity (8)
///  40  side | orderType | timeInForce | flags | restriction | 3 spare
///  48  clientOrderId: length (1) + 36
///  85  cancelClientOrderId: length (1) + 36      a placed order's further fields (stop price, iceberg …) will share these bytes
/// 122  2 spare | clientHash (4): of the client order id, so that the engine need not compute it
/// </code>
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct CommandSlot
{
    public const int Size = 128;

    /// <summary>Bytes of payload that the first slot of a command holds.</summary>
    public const int FirstPayloadSize = Size - PayloadOffset;

    /// <summary>Where the first slot's payload begins.</summary>
    public const int PayloadOffset = 8;

    /// <summary>Most slots of one command; bounds a payload to 8,184 bytes.</summary>
    public const int MaxSlotCount = 64;

    /// <summary>The <see cref="ReplyToken"/> of a command that nobody waits for.</summary>
    public const int NoReply = -1;

    [FieldOffset(0)] public CommandType Type;

    /// <summary>Consecutive slots of this command, itself included; 1 to <see cref="MaxSlotCount"/>.</summary>
    [FieldOffset(1)] public byte SlotCount;

    /// <summary>Bytes of payload; 0 for a trading command.</summary>
    [FieldOffset(2)] public ushort PayloadLength;

    /// <summary>Who waits for the result; never journaled.</summary>
    [FieldOffset(4)] public int ReplyToken;

    /// <summary>Those of a trading command, to be copied in one piece.</summary>
    [FieldOffset(8)] internal CommandNumbers Numbers;

    /// <summary>Account and symbol as one number.</summary>
    [FieldOffset(8)] internal long Owner;
    [FieldOffset(8)] public int AccountId;
    [FieldOffset(12)] public int SymbolId;

    /// <summary>The order to change; 0 where the client id names it.</summary>
    [FieldOffset(16)] public long OrderId;

    /// <summary>Limit or new price in ticks; 0 for a market order.</summary>
    [FieldOffset(24)] public long Price;

    /// <summary>Lots; for a market order by quote amount, units of the quote asset; for a reduction, the lots to take off.</summary>
    [FieldOffset(32)] public long Quantity;

    /// <summary>Side, type, time in force and flags as one number: see <see cref="IsPlainLimit"/>.</summary>
    [FieldOffset(40)] private uint _shape;
    [FieldOffset(40)] public Side Side;
    [FieldOffset(41)] public OrderType OrderType;
    [FieldOffset(42)] public TimeInForce TimeInForce;
    [FieldOffset(43)] public OrderFlags Flags;
    [FieldOffset(44)] public CancelRestriction Restriction;

    [FieldOffset(48)] private ClientOrderId _clientOrderId;

    /// <summary>The id of the cancel itself.</summary>
    [FieldOffset(85)] public ClientOrderId CancelClientOrderId;

    [FieldOffset(124)] private uint _clientHash;

    /// <summary>The new order's id, or the id of the order to cancel.</summary>
    public ClientOrderId ClientOrderId
    {
        readonly get => _clientOrderId;
        set
        {
            _clientOrderId = value;
            _clientHash = value.IndexHash();
        }
    }

    /// <summary><see cref="ClientOrderId"/> where it stands.</summary>
    [UnscopedRef]
    internal readonly ref readonly ClientOrderId ClientOrderIdInPlace
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _clientOrderId;
    }

    /// <summary>Hash of <see cref="ClientOrderId"/>, always: 0 for none, and only for that.</summary>
    internal readonly uint ClientHash => _clientHash;

    /// <summary>Whether the fields describe a limit order of a known side, good till cancelled or for what trades at once, without flags: most orders.</summary>
    internal readonly bool IsPlainGtcOrIoc
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_shape & 0xFFFFFFFE) is ((uint)OrderType.Limit << 8 | (uint)TimeInForce.Gtc << 16) or ((uint)OrderType.Limit << 8 | (uint)TimeInForce.Ioc << 16);
    }

    /// <summary>Whether the fields describe a limit order of a known side and time in force, without flags: almost every order.</summary>
    internal readonly bool IsPlainLimit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_shape & 0xFF00FFFE) == (uint)OrderType.Limit << 8 && (byte)(TimeInForce - 1) < (byte)TimeInForce.Fok;
    }
}

/// <summary>What of a trading command an order's place in the book depends on, as it lies in a <see cref="CommandSlot"/>: 40 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct CommandNumbers
{
    [FieldOffset(0)] public long Owner;
    [FieldOffset(8)] public long OrderId;
    [FieldOffset(16)] public long Price;
    [FieldOffset(32)] public Side Side;
    [FieldOffset(34)] public TimeInForce TimeInForce;
}

/// <summary>Variants of an order. Journaled: a bit is never reused.</summary>
[Flags]
public enum OrderFlags : byte
{
    None = 0,

    /// <summary><see cref="CommandSlot.Quantity"/> is an amount of the quote asset (market orders only).</summary>
    QuoteQuantity = 1,
}

/// <summary>What an order's status must be for a cancel to apply. Journaled: a number is never reused.</summary>
public enum CancelRestriction : byte
{
    None = 0,
    OnlyNew = 1,
    OnlyPartiallyFilled = 2,
}
