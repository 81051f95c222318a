using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Events;

[TestFixture]
public sealed class RecordTests
{
    [Test]
    public void A_record_reads_back_as_it_was_written()
    {
        var bytes = new byte[500];
        var writer = new RecordWriter(bytes);
        new byte[] { 1, 2, 3, 4, 5, 6, 7 }.CopyTo(writer.BodyRoom);
        writer.EndBody(7);
        writer.Append(new OrderFilled { Type = EventType.OrderFilled, OrderId = 5, Released = 6 });
        writer.Append(new BookUpdated { Type = EventType.BookUpdated, UpdateId = 9 });
        var length = writer.Finish(CommandType.MoveOrder, RecordFlags.Continues, sequence: 77, timeUs: 88);

        var record = new Record(bytes);

        Assert.That((record.Bytes.Length, record.Sequence, record.TimeUs, record.CommandType, record.Header.Flags), Is.EqualTo((length, 77L, 88L, CommandType.MoveOrder, RecordFlags.Continues)));
        Assert.That(record.Body.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6, 7 }));
        Assert.That((record.AccountId, record.SymbolId), Is.EqualTo((0x04030201, 0x0605)));
        var events = record.Events;
        Assert.That(events.MoveNext(), Is.True);
        Assert.That((events.Type, events.As<OrderFilled>().OrderId, events.As<OrderFilled>().Released), Is.EqualTo((EventType.OrderFilled, 5L, 6L)));
        Assert.That(events.MoveNext(), Is.True);
        Assert.That((events.Type, events.As<BookUpdated>().UpdateId), Is.EqualTo((EventType.BookUpdated, 9L)));
        Assert.That(events.MoveNext(), Is.False);
        Assert.That(events.MoveNext(), Is.False);
    }

    [Test]
    public void An_event_beyond_the_room_throws_and_writes_nothing_behind_it()
    {
        var bytes = new byte[100];
        var room = RecordHeader.Size + EventReader.SizeOf(EventType.BookUpdated);

        Assert.That(
            () =>
            {
                var writer = new RecordWriter(bytes.AsSpan(0, room));
                writer.EndBody(0);
                writer.Append(new BookUpdated { Type = EventType.BookUpdated, UpdateId = -1 });
                writer.Append(new BookUpdated { Type = EventType.BookUpdated, UpdateId = -1 });
            },
            Throws.InstanceOf<ArgumentException>());
        Assert.That(bytes.AsSpan(room).ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void Bytes_shorter_than_a_header_are_no_record([Range(0, 23)] int length) =>
        Assert.That(() => new Record(new byte[length]).Sequence, Throws.InstanceOf<InvalidDataException>());

    [TestCase(23, 0)]
    [TestCase(-1, 0)]
    [TestCase(int.MinValue, 0)]
    [TestCase(101, 0)]
    [TestCase(24, 1)]
    [TestCase(60, ushort.MaxValue)]
    public void Lengths_that_contradict_the_bytes_are_refused(int length, int bodyLength)
    {
        var bytes = new byte[100];
        MemoryMarshal.Write(bytes, new RecordHeader { Length = length, BodyLength = (ushort)bodyLength });

        Assert.That(() => new Record(bytes).Sequence, Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase((byte)0)]
    [TestCase((byte)16)]
    [TestCase((byte)255)]
    public void An_unknown_event_is_refused(byte type) => Assert.That(() => Walk([type, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void An_event_cut_short_is_refused([Values] EventType type)
    {
        var size = EventReader.SizeOf(type);
        Assert.That(size, Is.GreaterThan(1), "every event has a size");
        var bytes = new byte[size];
        bytes[0] = (byte)type;

        Assert.That(Walk(bytes), Is.EqualTo(1));
        Assert.That(() => Walk(bytes[..^1]), Throws.InstanceOf<InvalidDataException>());
    }

    private static int Walk(byte[] events)
    {
        var reader = new EventReader(events);
        var count = 0;
        while (reader.MoveNext())
        {
            count++;
        }

        return count;
    }
}
