using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>Builds the bytes of one record: header, body, events in the order in which they are added.</summary>
internal sealed class RecordBuilder(CommandType type, long sequence = 1, long timeUs = 1)
{
    private readonly List<byte> _events = [];
    private byte[] _body = [];
    private RecordFlags _flags;

    /// <summary>Begins the record of a trading command, whose body is that of the command.</summary>
    public static RecordBuilder For(in CommandSlot command, long sequence = 1, long timeUs = 1)
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var length = TradingCommandCodec.Write(command, body);
        return new RecordBuilder(command.Type, sequence, timeUs).Body(body.AsSpan(0, length));
    }

    public RecordBuilder Body(ReadOnlySpan<byte> body)
    {
        _body = body.ToArray();
        return this;
    }

    /// <summary>Adds an event; its type byte is set here, from the struct's name.</summary>
    public RecordBuilder With<T>(T happened)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(new Span<T>(ref happened));
        bytes[0] = (byte)Enum.Parse<EventType>(typeof(T).Name);
        _events.AddRange(bytes);
        return this;
    }

    /// <summary>Marks that the next record goes on with the same command.</summary>
    public RecordBuilder Continues()
    {
        _flags |= RecordFlags.Continues;
        return this;
    }

    public byte[] ToBytes()
    {
        var header = new RecordHeader
        {
            Length = RecordHeader.Size + _body.Length + _events.Count,
            CommandType = type,
            Flags = _flags,
            BodyLength = (ushort)_body.Length,
            Sequence = sequence,
            TimeUs = timeUs,
        };
        var bytes = new byte[header.Length];
        MemoryMarshal.Write(bytes, header);
        _body.CopyTo(bytes, RecordHeader.Size);
        _events.CopyTo(bytes, RecordHeader.Size + _body.Length);
        return bytes;
    }

    /// <summary>Feeds the record to the consumers, each time as a batch of its own.</summary>
    public void ApplyTo(params IRecordConsumer[] consumers)
    {
        var bytes = ToBytes();
        foreach (var consumer in consumers)
        {
            consumer.BeginBatch();
            consumer.Apply(new Record(bytes), CommandSlot.NoReply);
            consumer.EndBatch();
        }
    }
}
