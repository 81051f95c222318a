using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Commands;

/// <summary>
/// Turns the fields of a trading command's slot into its journal body and back. A body holds only what its type needs and has exactly
/// one form: reading refuses missing, trailing and unused bits, so that equal commands are equal bytes. Little endian, unaligned.
/// Any thread; allocates nothing.
/// <code>
/// all            0  accountId (4) | symbolId (2)                         65535 stands for every id that fits no symbol
///
/// PlaceOrder     6  packed (2): bit 0 side | 1-4 type | 5-7 time in force | 8-11 flags | 12-14 zero | 15 wide
///                8  price, ticks (8)                                     LIMIT and LIMIT_MAKER only
///            8, 16  quantity (8)
///           16, 24  client order id: length (1) + 0..36                  a limit order: 25..61 bytes
///
///   wide         6  packed: 0x8000
///                8  side (1) | type (1) | time in force (1) | flags (1)
///               12  price (8) | quantity (8)
///               28  client order id: length (1) + 0..36
///
/// CancelOrder    6  orderId (8) | restriction (1)
///               15  client order id: length (1) + 0..36 | cancel client order id: length (1) + 0..36
///
/// CancelAllOrders   nothing more
/// ReduceOrder    6  orderId (8) | quantity, lots (8)
/// MoveOrder      6  orderId (8) | price, ticks (8)
/// ContinueWork, AbandonWork
///                6  orderId (8)                                          0 for a mass cancel
/// </code>
/// Why wide: an order with a value outside its bits, or a market order with a price, is rejected by the engine, and its record must
/// replay to the same rejection. Such orders, and only they, take the wide form.
/// </summary>
public static class TradingCommandCodec
{
    /// <summary>Longest body, in bytes: a cancel with two full ids.</summary>
    public const int MaxBodyLength = CancelIds + 2 * (1 + ClientOrderId.MaxLength);

    /// <summary>
    /// The symbol id of a body whose command named a number that is no symbol id. No symbol may have it: an exchange holds at most 65,535.
    /// </summary>
    public const int NoSymbol = ushort.MaxValue;

    private const int Head = 6;
    private const int PlaceFields = Head + sizeof(ushort);
    private const int WideNumbers = PlaceFields + 4;
    private const int CancelIds = Head + sizeof(long) + 1;
    private const int Wide = 0x8000;
    private const int UnusedBits = 0x7000;

    /// <summary>Writes the body of <paramref name="command"/>.</summary>
    /// <param name="body">
    /// At least as long as the body; <see cref="MaxBodyLength"/> always suffices. What is there behind the body may be overwritten.
    /// </param>
    /// <returns>The body's length in bytes.</returns>
    /// <exception cref="ArgumentException">Too little room, or no trading command: a bug of the caller.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(in CommandSlot command, Span<byte> body)
    {
        // Safety: with room for the longest body, every offset that follows lies inside it.
        ref var start = ref MemoryMarshal.GetReference(body);
        if (body.Length >= MaxBodyLength)
        {
            if (command.Type == CommandType.MoveOrder)
            {
                return WriteMove(command, ref start);
            }

            if (command.Type == CommandType.PlaceOrder)
            {
                return command.IsPlainLimit ? WritePlainLimit(command, Pack(command), ref start) : WritePlace(command, ref start);
            }

            if (command.Type == CommandType.CancelOrder)
            {
                return WriteCancel(command, ref start);
            }
        }

        return WriteOther(command, body);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int WriteOther(in CommandSlot command, Span<byte> body)
    {
        var length = LengthOf(command);
        if (length > body.Length)
        {
            ThrowNoRoom(length, body.Length);
        }

        if (body.Length < MaxBodyLength)
        {
            // Ids are written in their full length, so what has little room is written elsewhere first.
            Span<byte> roomy = stackalloc byte[MaxBodyLength];
            Write(command, roomy);
            roomy[..length].CopyTo(body);
            return length;
        }

        ref var start = ref MemoryMarshal.GetReference(body);
        WriteIds(command, ref start);
        switch (command.Type)
        {
            case CommandType.ReduceOrder:
                Put(ref start, Head, command.OrderId);
                Put(ref start, Head + sizeof(long), command.Quantity);
                break;
            case CommandType.ContinueWork:
            case CommandType.AbandonWork:
                Put(ref start, Head, command.OrderId);
                break;
        }

        return length;
    }

    /// <summary>
    /// Reads a body into <paramref name="command"/>, all of which is overwritten: fields that the type lacks become zero, the reply
    /// token becomes <see cref="CommandSlot.NoReply"/>.
    /// </summary>
    /// <returns>False, with the slot's content unspecified, when the bytes are not what <see cref="Write"/> makes for the type.</returns>
    public static bool TryRead(CommandType type, ReadOnlySpan<byte> body, ref CommandSlot command)
    {
        if (body.Length < Head)
        {
            return false;
        }

        command = default;
        command.Type = type;
        command.SlotCount = 1;
        command.ReplyToken = CommandSlot.NoReply;
        command.AccountId = MemoryMarshal.Read<int>(body);
        command.SymbolId = MemoryMarshal.Read<ushort>(body[4..]);
        switch (type)
        {
            case CommandType.PlaceOrder:
                return TryReadPlace(body, ref command);
            case CommandType.CancelOrder:
                return TryReadCancel(body, ref command);
            case CommandType.CancelAllOrders:
                return body.Length == Head;
            case CommandType.ReduceOrder when body.Length == Head + 2 * sizeof(long):
                command.OrderId = MemoryMarshal.Read<long>(body[Head..]);
                command.Quantity = MemoryMarshal.Read<long>(body[(Head + sizeof(long))..]);
                return true;
            case CommandType.MoveOrder when body.Length == Head + 2 * sizeof(long):
                command.OrderId = MemoryMarshal.Read<long>(body[Head..]);
                command.Price = MemoryMarshal.Read<long>(body[(Head + sizeof(long))..]);
                return true;
            case CommandType.ContinueWork or CommandType.AbandonWork when body.Length == Head + sizeof(long):
                command.OrderId = MemoryMarshal.Read<long>(body[Head..]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Returns the client order id in the body of a <see cref="CommandType.PlaceOrder"/>; nothing when there is none, or the body is none.</summary>
    public static ReadOnlySpan<byte> PlacedIdOf(ReadOnlySpan<byte> body)
    {
        if (body.Length < PlaceFields)
        {
            return [];
        }

        var packed = MemoryMarshal.Read<ushort>(body[Head..]);
        var length = packed == Wide ? WideNumbers + 2 * sizeof(long)
            : HasPrice((OrderType)((packed >> 1) & 15)) ? PlaceFields + 2 * sizeof(long)
            : PlaceFields + sizeof(long);
        return body.Length <= length || body.Length <= length + body[length] ? [] : body.Slice(length + 1, body[length]);
    }

    private static int LengthOf(in CommandSlot command)
    {
        switch (command.Type)
        {
            case CommandType.PlaceOrder:
                var numbers = IsWide(command) ? 4 + 2 * sizeof(long) : HasPrice(command.OrderType) ? 2 * sizeof(long) : sizeof(long);
                return PlaceFields + numbers + 1 + command.ClientOrderIdInPlace.Length;
            case CommandType.CancelOrder:
                return CancelIds + 2 + command.ClientOrderIdInPlace.Length + command.CancelClientOrderId.Length;
            case CommandType.CancelAllOrders:
                return Head;
            case CommandType.ReduceOrder:
            case CommandType.MoveOrder:
                return Head + 2 * sizeof(long);
            case CommandType.ContinueWork:
            case CommandType.AbandonWork:
                return Head + sizeof(long);
            default:
                ThrowNotTrading(command.Type);
                return 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteIds(in CommandSlot command, ref byte start)
    {
        Put(ref start, 0, command.AccountId);
        Put(ref start, 4, (uint)command.SymbolId < NoSymbol ? (ushort)command.SymbolId : (ushort)NoSymbol);
    }

    /// <summary>As above, where the symbol exists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteKnownIds(in CommandSlot command, ref byte start)
    {
        Put(ref start, 0, command.AccountId);
        Put(ref start, 4, (ushort)command.SymbolId);
    }

    // Safety, for those that follow: the caller has room for the longest body.

    /// <summary>Writes the body of a move of an order that exists; returns its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int WriteKnownMove(in CommandSlot command, ref byte start)
    {
        WriteKnownIds(command, ref start);
        return WriteMoveNumbers(command, ref start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteMove(in CommandSlot command, ref byte start)
    {
        WriteIds(command, ref start);
        return WriteMoveNumbers(command, ref start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteMoveNumbers(in CommandSlot command, ref byte start)
    {
        Put(ref start, Head, command.OrderId);
        Put(ref start, Head + sizeof(long), command.Price);
        return Head + 2 * sizeof(long);
    }

    /// <summary>Writes the body of an order that is a <see cref="CommandSlot.IsPlainLimit"/> on a symbol that exists; returns its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int WriteKnownPlain(in CommandSlot command, ref byte start)
    {
        WriteKnownIds(command, ref start);
        return WriteLimitFields(command, (int)command.Side | ((int)OrderType.Limit << 1) | ((int)command.TimeInForce << 5), ref start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WritePlainLimit(in CommandSlot command, int packed, ref byte start)
    {
        WriteIds(command, ref start);
        return WriteLimitFields(command, packed, ref start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteLimitFields(in CommandSlot command, int packed, ref byte start)
    {
        Put(ref start, Head, (ushort)packed);
        Put(ref start, PlaceFields, command.Price);
        Put(ref start, PlaceFields + sizeof(long), command.Quantity);
        Put(ref start, PlaceFields + 2 * sizeof(long), command.ClientOrderIdInPlace);
        return PlaceFields + 2 * sizeof(long) + 1 + command.ClientOrderIdInPlace.Length;
    }

    /// <summary>Writes the body of a cancel on a symbol that exists; returns its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int WriteKnownCancel(in CommandSlot command, ref byte start)
    {
        WriteKnownIds(command, ref start);
        return WriteCancelFields(command, ref start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteCancel(in CommandSlot command, ref byte start)
    {
        WriteIds(command, ref start);
        return WriteCancelFields(command, ref start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteCancelFields(in CommandSlot command, ref byte start)
    {
        Put(ref start, Head, command.OrderId);
        Put(ref start, Head + sizeof(long), (byte)command.Restriction);
        Put(ref start, CancelIds, command.ClientOrderIdInPlace);
        var next = CancelIds + 1 + command.ClientOrderIdInPlace.Length;
        Put(ref start, next, command.CancelClientOrderId);
        return next + 1 + command.CancelClientOrderId.Length;
    }

    /// <summary>Returns the body's length.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int WritePlace(in CommandSlot command, ref byte start)
    {
        WriteIds(command, ref start);
        int next;
        if (IsWide(command))
        {
            Put(ref start, Head, (ushort)Wide);
            Put(ref start, PlaceFields, (byte)command.Side);
            Put(ref start, PlaceFields + 1, (byte)command.OrderType);
            Put(ref start, PlaceFields + 2, (byte)command.TimeInForce);
            Put(ref start, PlaceFields + 3, (byte)command.Flags);
            Put(ref start, WideNumbers, command.Price);
            next = WideNumbers + sizeof(long);
        }
        else
        {
            Put(ref start, Head, (ushort)Pack(command));
            next = PlaceFields;
            if (HasPrice(command.OrderType))
            {
                Put(ref start, next, command.Price);
                next += sizeof(long);
            }
        }

        Put(ref start, next, command.Quantity);
        Put(ref start, next + sizeof(long), command.ClientOrderIdInPlace);
        return next + sizeof(long) + 1 + command.ClientOrderIdInPlace.Length;
    }

    private static bool TryReadPlace(ReadOnlySpan<byte> body, ref CommandSlot command)
    {
        if (body.Length < PlaceFields)
        {
            return false;
        }

        var packed = MemoryMarshal.Read<ushort>(body[Head..]);
        var isWide = packed == Wide;
        var rest = body[PlaceFields..];
        if (isWide)
        {
            if (rest.Length < 4)
            {
                return false;
            }

            command.Side = (Side)rest[0];
            command.OrderType = (OrderType)rest[1];
            command.TimeInForce = (TimeInForce)rest[2];
            command.Flags = (OrderFlags)rest[3];
            rest = rest[4..];
        }
        else
        {
            if ((packed & (Wide | UnusedBits)) != 0)
            {
                return false;
            }

            command.Side = (Side)(packed & 1);
            command.OrderType = (OrderType)((packed >> 1) & 15);
            command.TimeInForce = (TimeInForce)((packed >> 5) & 7);
            command.Flags = (OrderFlags)((packed >> 8) & 15);
        }

        if (isWide || HasPrice(command.OrderType))
        {
            if (rest.Length < sizeof(long))
            {
                return false;
            }

            command.Price = MemoryMarshal.Read<long>(rest);
            rest = rest[sizeof(long)..];
        }

        if (rest.Length < sizeof(long))
        {
            return false;
        }

        command.Quantity = MemoryMarshal.Read<long>(rest);
        rest = rest[sizeof(long)..];
        return TryReadClientOrderId(ref rest, ref command) && rest.IsEmpty && IsWide(command) == isWide;
    }

    private static bool TryReadCancel(ReadOnlySpan<byte> body, ref CommandSlot command)
    {
        if (body.Length < CancelIds)
        {
            return false;
        }

        command.OrderId = MemoryMarshal.Read<long>(body[Head..]);
        command.Restriction = (CancelRestriction)body[Head + sizeof(long)];
        var rest = body[CancelIds..];
        return TryReadClientOrderId(ref rest, ref command) && TryReadId(ref rest, ref command.CancelClientOrderId) && rest.IsEmpty;
    }

    private static bool TryReadClientOrderId(ref ReadOnlySpan<byte> rest, ref CommandSlot command)
    {
        ClientOrderId id = default;
        if (!TryReadId(ref rest, ref id))
        {
            return false;
        }

        command.ClientOrderId = id;
        return true;
    }

    private static bool TryReadId(ref ReadOnlySpan<byte> rest, ref ClientOrderId id)
    {
        if (rest.IsEmpty || rest.Length <= rest[0] || !ClientOrderId.TryCreate(rest.Slice(1, rest[0]), out id))
        {
            return false;
        }

        rest = rest[(1 + id.Length)..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pack(in CommandSlot command) =>
        (int)command.Side | ((int)command.OrderType << 1) | ((int)command.TimeInForce << 5) | ((int)command.Flags << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasPrice(OrderType type) => type is OrderType.Limit or OrderType.LimitMaker;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsWide(in CommandSlot command) =>
        (byte)command.Side > 1 || (byte)command.OrderType > 15 || (byte)command.TimeInForce > 7 || (byte)command.Flags > 15
        || (command.Price != 0 && !HasPrice(command.OrderType));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<T>(ref byte start, int offset, T value)
        where T : unmanaged => Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, offset), value);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowNoRoom(int length, int available) =>
        throw new ArgumentException($"the body needs {length} bytes, found {available}");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowNotTrading(CommandType type) => throw new ArgumentException($"{type} is no trading command");
}
