using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Tests.Support;

/// <summary>
/// Makes trading records by hand, for tests of folds: numbers sequences, update ids and trade ids as the engine would, and nothing else:
/// the test says every event. Each record is one microsecond after the last.
/// <c>records.Place(1, Side.Buy, 100, 5).Accepted(1, restsWhole: true).BookUpdated().ApplyTo(view);</c>
/// </summary>
internal sealed class TradingRecords
{
    private readonly Dictionary<int, long> _updateIds = [];
    private readonly Dictionary<int, long> _tradeIds = [];
    private long _sequence;

    /// <summary>Microseconds of the next record less 1.</summary>
    public long TimeUs { get; set; } = 1_000;

    /// <summary>Tick 0.01, lot 0.001, both assets with scale 8: one lot costs 1,000 quote units at one tick.</summary>
    public static SymbolDirectory Symbols(int count = 2)
    {
        var directory = new SymbolDirectory();
        var records = new TradingRecords();
        for (var id = 0; id < count; id++)
        {
            var spec = new SymbolSpec
            {
                Name = $"S{id}",
                BaseAsset = $"B{id}",
                QuoteAsset = $"Q{id}",
                TickSize = 1_000_000,
                MinPrice = 1_000_000,
                MaxPrice = 1_000_000_000_000,
                LotSize = 100_000,
                MinQuantity = 100_000,
                MaxQuantity = 100_000_000_000,
            };
            var baseId = (ushort)(2 * id);
            var quoteId = (ushort)(2 * id + 1);
            records.Start(CommandType.AddSymbol, AddSymbolCommand.ToBytes(spec), symbolId: id, RecordFlags.None)
                .Event(new AssetAdded { Type = EventType.AssetAdded, AssetId = baseId, IsBase = 1 })
                .Event(new AssetAdded { Type = EventType.AssetAdded, AssetId = quoteId })
                .Event(new SymbolAdded { Type = EventType.SymbolAdded, SymbolId = (ushort)id, BaseAssetId = baseId, QuoteAssetId = quoteId })
                .ApplyTo(directory);
        }

        return directory;
    }

    public TradingRecord Place(
        int account,
        Side side,
        long price,
        long quantity,
        string clientId = "",
        OrderType type = OrderType.Limit,
        TimeInForce timeInForce = TimeInForce.Gtc,
        bool isQuoteQuantity = false,
        int symbol = 0,
        bool continues = false) => Start(
        new CommandSlot
        {
            Type = CommandType.PlaceOrder,
            AccountId = account,
            SymbolId = symbol,
            Side = side,
            OrderType = type,
            TimeInForce = timeInForce,
            Flags = isQuoteQuantity ? OrderFlags.QuoteQuantity : OrderFlags.None,
            Price = price,
            Quantity = quantity,
            ClientOrderId = ClientOrderId.From(clientId),
        },
        continues);

    public TradingRecord Cancel(int account, long orderId, int symbol = 0) =>
        Start(new CommandSlot { Type = CommandType.CancelOrder, AccountId = account, SymbolId = symbol, OrderId = orderId });

    public TradingRecord CancelAll(int account, int symbol = 0, bool continues = false) =>
        Start(new CommandSlot { Type = CommandType.CancelAllOrders, AccountId = account, SymbolId = symbol }, continues);

    public TradingRecord Reduce(int account, long orderId, long by, int symbol = 0) =>
        Start(new CommandSlot { Type = CommandType.ReduceOrder, AccountId = account, SymbolId = symbol, OrderId = orderId, Quantity = by });

    public TradingRecord Move(int account, long orderId, long price, int symbol = 0, bool continues = false) => Start(
        new CommandSlot { Type = CommandType.MoveOrder, AccountId = account, SymbolId = symbol, OrderId = orderId, Price = price }, continues);

    /// <summary>The engine's continuation, at the time of the record before.</summary>
    public TradingRecord Continue(int account, long orderId, int symbol = 0, bool continues = false)
    {
        TimeUs--;
        return Start(new CommandSlot { Type = CommandType.ContinueWork, AccountId = account, SymbolId = symbol, OrderId = orderId }, continues);
    }

    internal long NextUpdateId(int symbol) => _updateIds[symbol] = _updateIds.GetValueOrDefault(symbol) + 1;

    internal long NextTradeId(int symbol) => _tradeIds[symbol] = _tradeIds.GetValueOrDefault(symbol) + 1;

    private TradingRecord Start(in CommandSlot command, bool continues = false)
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var length = TradingCommandCodec.Write(command, body);
        return Start(command.Type, body.AsSpan(0, length), command.SymbolId, continues ? RecordFlags.Continues : RecordFlags.None);
    }

    private TradingRecord Start(CommandType type, ReadOnlySpan<byte> body, int symbolId, RecordFlags flags) => new(
        this,
        symbolId,
        new RecordHeader { CommandType = type, Flags = flags, BodyLength = (ushort)body.Length, Sequence = ++_sequence, TimeUs = ++TimeUs },
        body);
}

/// <summary>One record in the making; see <see cref="TradingRecords"/>.</summary>
internal sealed class TradingRecord
{
    private readonly TradingRecords _records;
    private readonly int _symbolId;
    private readonly List<byte> _bytes = [];
    private RecordHeader _header;

    public TradingRecord(TradingRecords records, int symbolId, RecordHeader header, ReadOnlySpan<byte> body)
    {
        _records = records;
        _symbolId = symbolId;
        _header = header;
        _bytes.AddRange(new byte[RecordHeader.Size]);
        _bytes.AddRange(body);
    }

    public long Sequence => _header.Sequence;

    public TradingRecord Accepted(long orderId, bool restsWhole = false) =>
        Event(new OrderAccepted { Type = EventType.OrderAccepted, OrderId = orderId, RestsWhole = restsWhole ? (byte)1 : (byte)0 });

    public TradingRecord Rejected(RejectReason reason) => Event(new CommandRejected { Type = EventType.CommandRejected, Reason = reason });

    public TradingRecord Trade(
        Side taker, int makerAccount, long makerOrderId, long price, long quantity, bool makerFilled = false, long takerFee = 0, long aggregateTradeId = 0)
    {
        var tradeId = _records.NextTradeId(_symbolId);
        return Event(new TradeExecuted
        {
            Type = EventType.TradeExecuted,
            Flags = (taker == Side.Sell ? TradeFlags.TakerSells : TradeFlags.None) | (makerFilled ? TradeFlags.MakerFilled : TradeFlags.None),
            MakerAccountId = makerAccount,
            MakerOrderId = makerOrderId,
            TradeId = tradeId,
            AggregateTradeId = aggregateTradeId == 0 ? tradeId : aggregateTradeId,
            Price = price,
            Quantity = quantity,
            TakerFee = takerFee,
        });
    }

    public TradingRecord Rested(long orderId, long leaves) => Event(new OrderRested { Type = EventType.OrderRested, OrderId = orderId, Leaves = leaves });

    public TradingRecord Filled(long orderId) => Event(new OrderFilled { Type = EventType.OrderFilled, OrderId = orderId });

    public TradingRecord Expired(long orderId, ExpireReason reason, long leaves) =>
        Event(new OrderExpired { Type = EventType.OrderExpired, Reason = reason, OrderId = orderId, Leaves = leaves });

    public TradingRecord Canceled(long orderId, Side side, long price, long leaves) =>
        Event(new OrderCanceled { Type = EventType.OrderCanceled, Side = side, OrderId = orderId, Price = price, Leaves = leaves });

    public TradingRecord Reduced(long orderId, Side side, long price, long by) =>
        Event(new OrderReduced { Type = EventType.OrderReduced, Side = side, OrderId = orderId, Price = price, ReducedBy = by });

    public TradingRecord Moved(long orderId, Side side, long from, long to, long leaves, bool restsWhole = false) => Event(new OrderMoved
    {
        Type = EventType.OrderMoved,
        Side = side,
        RestsWhole = restsWhole ? (byte)1 : (byte)0,
        OrderId = orderId,
        OldPrice = from,
        NewPrice = to,
        Leaves = leaves,
    });

    public TradingRecord BookUpdated() => Event(new BookUpdated { Type = EventType.BookUpdated, UpdateId = _records.NextUpdateId(_symbolId) });

    public TradingRecord Event<T>(T happened)
        where T : unmanaged
    {
        _bytes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in happened)));
        return this;
    }

    public byte[] ToBytes()
    {
        var bytes = _bytes.ToArray();
        _header.Length = bytes.Length;
        MemoryMarshal.Write(bytes, _header);
        return bytes;
    }

    /// <summary>Applies the record inside a batch that the test has begun.</summary>
    public void AddTo(IRecordConsumer consumer, int token = CommandSlot.NoReply) => consumer.Apply(new Record(ToBytes()), token);

    /// <summary>Applies the record as a batch of its own.</summary>
    public void ApplyTo(IRecordConsumer consumer, int token = CommandSlot.NoReply)
    {
        consumer.BeginBatch();
        try
        {
            AddTo(consumer, token);
        }
        finally
        {
            consumer.EndBatch();
        }
    }
}
