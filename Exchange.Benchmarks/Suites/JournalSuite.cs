using BenchmarkDotNet.Attributes;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Suites;

/// <summary>What becomes bytes of the journal, without the disk.</summary>
public class JournalSuite
{
    private readonly byte[] _record = new byte[512];
    private readonly byte[] _group = new byte[64 << 10];
    private CommandSlot _place = new()
    {
        Type = CommandType.PlaceOrder,
        SlotCount = 1,
        AccountId = 7,
        SymbolId = 3,
        Side = Side.Sell,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Gtc,
        Price = 40_123,
        Quantity = 17,
        ClientOrderId = ClientOrderId.From("x-abcdefghijklmnopqrst"),
    };

    private CommandSlot _read;
    private int _bodyLength;

    [GlobalSetup]
    public void WriteOnce() => _bodyLength = TradingCommandCodec.Write(in _place, _record);

    /// <summary>The record of a limit order that rests: header, command, two events.</summary>
    [Benchmark]
    public int EncodeLimitOrder()
    {
        var record = new RecordWriter(_record);
        record.EndBody(TradingCommandCodec.Write(in _place, record.BodyRoom));
        record.Append(new OrderAccepted { Type = EventType.OrderAccepted, RestsWhole = 1, OrderId = 5, Held = 9 });
        record.Append(new BookUpdated { Type = EventType.BookUpdated, UpdateId = 8 });
        var length = record.Finish(CommandType.PlaceOrder, RecordFlags.None, 11, 12);
        _bodyLength = TradingCommandCodec.Write(in _place, _record);
        return length;
    }

    [Benchmark]
    public bool DecodeLimitOrder() => TradingCommandCodec.TryRead(CommandType.PlaceOrder, _record.AsSpan(0, _bodyLength), ref _read);

    [Benchmark]
    public uint Checksum64KiB() => JournalChecksum.Crc32C(_group);
}
