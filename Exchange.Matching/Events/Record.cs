using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;

namespace Exchange.Matching.Events;

/// <summary>One record in memory: header, command body, events. Reads only; the bytes belong to a ring or a journal buffer.</summary>
public readonly ref struct Record
{
    /// <summary>Wraps bytes that begin with a record; what follows the record is ignored.</summary>
    /// <exception cref="InvalidDataException">The header's lengths do not fit the bytes.</exception>
    public Record(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RecordHeader.Size)
        {
            throw new InvalidDataException($"a record needs {RecordHeader.Size} bytes, found {bytes.Length}");
        }

        Header = MemoryMarshal.Read<RecordHeader>(bytes);
        if (Header.Length > bytes.Length || Header.Length < RecordHeader.Size + Header.BodyLength)
        {
            throw new InvalidDataException($"record length {Header.Length} with a body of {Header.BodyLength} does not fit into {bytes.Length} bytes");
        }

        Bytes = bytes[..Header.Length];
    }

    public RecordHeader Header { get; }

    public ReadOnlySpan<byte> Bytes { get; }

    public long Sequence => Header.Sequence;

    public long TimeUs => Header.TimeUs;

    public CommandType CommandType => Header.CommandType;

    public ReadOnlySpan<byte> Body => Bytes.Slice(RecordHeader.Size, Header.BodyLength);

    /// <summary>What was asked for: the request inside an operator's command, the type itself otherwise.</summary>
    public CommandType RequestType => CommandType == CommandType.Administer ? AdministerCommand.RequestTypeOf(Body) : CommandType;

    /// <summary>The body of <see cref="RequestType"/>; that of an operator's command must be well formed, as it is where events follow.</summary>
    public ReadOnlySpan<byte> RequestBody => CommandType == CommandType.Administer ? AdministerCommand.RequestOf(Body) : Body;

    /// <summary>Returns a cursor in front of the first event.</summary>
    public EventReader Events => new(Bytes[(RecordHeader.Size + Header.BodyLength)..]);

    /// <summary>Account of a trading command.</summary>
    public int AccountId => MemoryMarshal.Read<int>(Body);

    /// <summary>Symbol of a trading command.</summary>
    public int SymbolId => MemoryMarshal.Read<ushort>(Body[4..]);
}

/// <summary>
/// Walks the events of one record:
/// <c>while (events.MoveNext()) switch (events.Type) { case EventType.OrderFilled: ref readonly var filled = ref events.As&lt;OrderFilled&gt;(); … }</c>
/// </summary>
public ref struct EventReader(ReadOnlySpan<byte> bytes)
{
    // Why a table: of the branches of a switch, the processor foresees few, and every fold walks every event.
    private static readonly byte[] Sizes = [.. Enumerable.Range(0, 256).Select(type => checked((byte)StructSizeOf((EventType)type)))];

    private ReadOnlySpan<byte> _rest = bytes;
    private ReadOnlySpan<byte> _current;

    public readonly EventType Type => (EventType)_current[0];

    /// <summary>Steps to the next event; false at the end of the record.</summary>
    /// <exception cref="InvalidDataException">An unknown type, or an event cut short.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var size = SizeOf((EventType)_rest[0]);
        if (size == 0 || size > _rest.Length)
        {
            ThrowUnreadable(_rest[0], _rest.Length);
        }

        _current = _rest[..size];
        _rest = _rest[size..];
        return true;
    }

    /// <summary>Returns the current event; <typeparamref name="T"/> must be the struct of its <see cref="Type"/>.</summary>
    // Safety: every event struct is packed (alignment 1) and MoveNext has checked that its whole size lies inside the record.
    public readonly ref readonly T As<T>()
        where T : unmanaged => ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(_current));

    /// <summary>Returns the bytes of an event of <paramref name="type"/>, or 0 when the type is unknown.</summary>
    public static int SizeOf(EventType type) => Sizes[(byte)type];

    private static int StructSizeOf(EventType type) => type switch
    {
        EventType.OrderAccepted => Unsafe.SizeOf<OrderAccepted>(),
        EventType.CommandRejected => Unsafe.SizeOf<CommandRejected>(),
        EventType.TradeExecuted => Unsafe.SizeOf<TradeExecuted>(),
        EventType.OrderRested => Unsafe.SizeOf<OrderRested>(),
        EventType.OrderFilled => Unsafe.SizeOf<OrderFilled>(),
        EventType.OrderExpired => Unsafe.SizeOf<OrderExpired>(),
        EventType.OrderCanceled => Unsafe.SizeOf<OrderCanceled>(),
        EventType.OrderReduced => Unsafe.SizeOf<OrderReduced>(),
        EventType.OrderMoved => Unsafe.SizeOf<OrderMoved>(),
        EventType.BookUpdated => Unsafe.SizeOf<BookUpdated>(),
        EventType.AccountOpened => Unsafe.SizeOf<AccountOpened>(),
        EventType.BalanceAdjusted => Unsafe.SizeOf<BalanceAdjusted>(),
        EventType.AssetAdded => Unsafe.SizeOf<AssetAdded>(),
        EventType.SymbolAdded => Unsafe.SizeOf<SymbolAdded>(),
        EventType.QuarantineChanged => Unsafe.SizeOf<QuarantineChanged>(),
        EventType.RequestRepeated => Unsafe.SizeOf<RequestRepeated>(),
        EventType.ApiKeyAdded => Unsafe.SizeOf<ApiKeyAdded>(),
        EventType.ApiKeyChanged => Unsafe.SizeOf<ApiKeyChanged>(),
        EventType.AccountChanged => Unsafe.SizeOf<AccountChanged>(),
        EventType.OrderLimitsChanged => Unsafe.SizeOf<OrderLimitsChanged>(),
        EventType.HaltChanged => Unsafe.SizeOf<HaltChanged>(),
        EventType.OperatorCreated => Unsafe.SizeOf<OperatorCreated>(),
        EventType.OperatorChanged => Unsafe.SizeOf<OperatorChanged>(),
        _ => 0,
    };

    private static void ThrowUnreadable(byte type, int available) =>
        throw new InvalidDataException($"event type {type} is unknown or longer than the {available} bytes left in its record");
}
