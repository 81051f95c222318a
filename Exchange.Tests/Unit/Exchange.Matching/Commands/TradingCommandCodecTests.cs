using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Commands;

[TestFixture]
public sealed class TradingCommandCodecTests
{
    private const int Seed = 20260723;

    private static readonly CommandType[] TradingTypes =
    [
        CommandType.PlaceOrder, CommandType.CancelOrder, CommandType.CancelAllOrders,
        CommandType.ReduceOrder, CommandType.MoveOrder, CommandType.ContinueWork,
    ];

    [Test]
    public void Random_commands_come_back_as_they_were_written()
    {
        var random = new Random(Seed);
        Span<byte> buffer = stackalloc byte[TradingCommandCodec.MaxBodyLength];
        for (var i = 0; i < 50_000; i++)
        {
            var command = RandomCommand(random);
            random.NextBytes(buffer);
            var length = TradingCommandCodec.Write(command, buffer);
            var read = Garbage(random);

            Assert.That(TradingCommandCodec.TryRead(command.Type, buffer[..length], ref read), Is.True, Describe(command));
            Assert.That(Describe(read), Is.EqualTo(Describe(OnlyFieldsOfItsType(command))));
        }
    }

    [Test]
    public void Every_truncation_and_every_trailing_byte_is_refused()
    {
        var random = new Random(Seed + 1);
        Span<byte> buffer = stackalloc byte[TradingCommandCodec.MaxBodyLength + 1];
        for (var i = 0; i < 2_000; i++)
        {
            var command = RandomCommand(random);
            buffer.Clear();
            var length = TradingCommandCodec.Write(command, buffer);
            for (var cut = 0; cut < length; cut++)
            {
                var read = Garbage(random);
                Assert.That(TradingCommandCodec.TryRead(command.Type, buffer[..cut], ref read), Is.False, $"{cut} of {length} bytes of {Describe(command)}");
            }

            var trailing = Garbage(random);
            Assert.That(TradingCommandCodec.TryRead(command.Type, buffer[..(length + 1)], ref trailing), Is.False, Describe(command));
        }
    }

    [Test]
    public void A_body_that_is_read_is_written_again_byte_for_byte()
    {
        var random = new Random(Seed + 2);
        Span<byte> body = stackalloc byte[TradingCommandCodec.MaxBodyLength];
        Span<byte> again = stackalloc byte[TradingCommandCodec.MaxBodyLength];
        var readable = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var command = RandomCommand(random);
            var length = TradingCommandCodec.Write(command, body);
            body[random.Next(length)] ^= (byte)(1 << random.Next(8));
            var read = Garbage(random);
            if (!TradingCommandCodec.TryRead(command.Type, body[..length], ref read))
            {
                continue;
            }

            readable++;
            if (read.SymbolId != TradingCommandCodec.NoSymbol)
            {
                var written = TradingCommandCodec.Write(read, again);
                Assert.That(again[..written].SequenceEqual(body[..length]), Is.True, Describe(read));
            }
        }

        Assert.That(readable, Is.GreaterThan(10_000), "most flipped bits change a value, not the form");
    }

    [TestCase(OrderType.Limit, 25)]
    [TestCase(OrderType.LimitMaker, 25)]
    [TestCase(OrderType.Market, 17)]
    public void An_order_takes_its_fixed_bytes_and_its_client_id(OrderType type, int fixedBytes)
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var command = Place(type, price: type == OrderType.Market ? 0 : 100);
        command.ClientOrderId = ClientOrderId.From(new string('x', 36));

        Assert.That(TradingCommandCodec.Write(command, body), Is.EqualTo(fixedBytes + 36));
    }

    [Test]
    public void The_bytes_of_a_limit_order_are_those_that_are_drawn()
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var command = Place(OrderType.Limit, price: 0x0102030405060708);
        command.ClientOrderId = ClientOrderId.From("ab");

        var length = TradingCommandCodec.Write(command, body);

        byte[] drawn =
        [
            7, 0, 0, 0, 3, 0,
            0b0100_0011, 0, // sell, LIMIT (1), IOC (2), no flag
            8, 7, 6, 5, 4, 3, 2, 1,
            9, 0, 0, 0, 0, 0, 0, 0,
            2, (byte)'a', (byte)'b',
        ];
        Assert.That(body[..length], Is.EqualTo(drawn));
    }

    [TestCase(12)]
    [TestCase(13)]
    [TestCase(14)]
    [TestCase(15)]
    public void An_unused_bit_is_refused(int bit)
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var length = TradingCommandCodec.Write(Place(OrderType.Limit, price: 100), body);
        body[6 + (bit / 8)] |= (byte)(1 << (bit % 8));
        var read = default(CommandSlot);

        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body.AsSpan(0, length), ref read), Is.False);
    }

    [Test]
    public void A_client_id_of_37_bytes_is_refused()
    {
        var body = new byte[25 + 37];
        TradingCommandCodec.Write(Place(OrderType.Limit, price: 100), body);
        body[24] = 37;
        var read = default(CommandSlot);

        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body, ref read), Is.False);
    }

    [TestCase(0)]
    [TestCase(128)]
    public void A_client_id_with_a_byte_that_is_no_character_is_refused(byte value)
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var command = Place(OrderType.Limit, price: 100);
        command.ClientOrderId = ClientOrderId.From("mine");
        var length = TradingCommandCodec.Write(command, body);
        var read = default(CommandSlot);
        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body.AsSpan(0, length), ref read), Is.True);

        body[length - 1] = value;

        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body.AsSpan(0, length), ref read), Is.False);
    }

    [Test]
    public void An_order_that_fits_the_packed_form_is_refused_in_the_wide_form()
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var command = Place(OrderType.Limit, price: 100);
        command.Side = (Side)2;
        var length = TradingCommandCodec.Write(command, body);
        var read = default(CommandSlot);
        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body.AsSpan(0, length), ref read), Is.True);

        body[8] = (byte)Side.Sell;

        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body.AsSpan(0, length), ref read), Is.False);
    }

    [TestCase(65_535)]
    [TestCase(65_536)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    public void A_number_that_is_no_symbol_id_never_becomes_one(int symbolId)
    {
        var body = new byte[TradingCommandCodec.MaxBodyLength];
        var command = Place(OrderType.Limit, price: 100);
        command.SymbolId = symbolId;
        var length = TradingCommandCodec.Write(command, body);
        var read = default(CommandSlot);

        Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body.AsSpan(0, length), ref read), Is.True);
        Assert.That(read.SymbolId, Is.EqualTo(TradingCommandCodec.NoSymbol));
    }

    [Test]
    public void Too_little_room_and_other_commands_are_bugs_of_the_caller()
    {
        var command = Place(OrderType.Limit, price: 100);
        Assert.That(() => TradingCommandCodec.Write(command, new byte[24]), Throws.ArgumentException);
        Assert.That(TradingCommandCodec.Write(command, new byte[25]), Is.EqualTo(25));

        command.Type = CommandType.Genesis;
        Assert.That(() => TradingCommandCodec.Write(command, new byte[200]), Throws.ArgumentException);
        Assert.That(TradingCommandCodec.TryRead(CommandType.Genesis, new byte[17], ref command), Is.False);
    }

    private static CommandSlot Place(OrderType type, long price) => new()
    {
        Type = CommandType.PlaceOrder,
        AccountId = 7,
        SymbolId = 3,
        Side = Side.Sell,
        OrderType = type,
        TimeInForce = TimeInForce.Ioc,
        Price = price,
        Quantity = 9,
    };

    /// <summary>Every field random; about one order in four breaks a rule that the engine checks.</summary>
    private static CommandSlot RandomCommand(Random random)
    {
        var command = Garbage(random);
        command.Type = TradingTypes[random.Next(TradingTypes.Length)];
        if (random.Next(4) != 0)
        {
            command.Side = (Side)random.Next(2);
            command.OrderType = (OrderType)random.Next(1, 4);
            command.TimeInForce = (TimeInForce)random.Next(1, 4);
            command.Flags = (OrderFlags)random.Next(2);
            command.Price = command.OrderType == OrderType.Market ? 0 : command.Price;
        }

        return command;
    }

    private static CommandSlot Garbage(Random random) => new()
    {
        Type = (CommandType)random.Next(256),
        SlotCount = (byte)random.Next(256),
        PayloadLength = (ushort)random.Next(65_536),
        ReplyToken = random.Next(),
        AccountId = random.Next(int.MinValue, int.MaxValue),
        SymbolId = random.Next(TradingCommandCodec.NoSymbol),
        OrderId = random.NextInt64(long.MinValue, long.MaxValue),
        Price = random.NextInt64(long.MinValue, long.MaxValue),
        Quantity = random.NextInt64(long.MinValue, long.MaxValue),
        Side = (Side)random.Next(256),
        OrderType = (OrderType)random.Next(256),
        TimeInForce = (TimeInForce)random.Next(256),
        Flags = (OrderFlags)random.Next(256),
        Restriction = (CancelRestriction)random.Next(256),
        ClientOrderId = RandomId(random),
        CancelClientOrderId = RandomId(random),
    };

    private static ClientOrderId RandomId(Random random)
    {
        var bytes = new byte[random.Next(ClientOrderId.MaxLength + 1)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)random.Next(1, 128);
        }

        return new ClientOrderId(bytes);
    }

    private static CommandSlot OnlyFieldsOfItsType(in CommandSlot command)
    {
        var expected = new CommandSlot
        {
            Type = command.Type,
            SlotCount = 1,
            ReplyToken = CommandSlot.NoReply,
            AccountId = command.AccountId,
            SymbolId = command.SymbolId,
        };
        switch (command.Type)
        {
            case CommandType.PlaceOrder:
                expected.Side = command.Side;
                expected.OrderType = command.OrderType;
                expected.TimeInForce = command.TimeInForce;
                expected.Flags = command.Flags;
                expected.Price = command.Price;
                expected.Quantity = command.Quantity;
                expected.ClientOrderId = command.ClientOrderId;
                break;
            case CommandType.CancelOrder:
                expected.OrderId = command.OrderId;
                expected.Restriction = command.Restriction;
                expected.ClientOrderId = command.ClientOrderId;
                expected.CancelClientOrderId = command.CancelClientOrderId;
                break;
            case CommandType.ReduceOrder:
                expected.OrderId = command.OrderId;
                expected.Quantity = command.Quantity;
                break;
            case CommandType.MoveOrder:
                expected.OrderId = command.OrderId;
                expected.Price = command.Price;
                break;
            case CommandType.ContinueWork:
                expected.OrderId = command.OrderId;
                break;
        }

        return expected;
    }

    private static string Describe(in CommandSlot slot) =>
        $"{slot.Type} slots {slot.SlotCount} payload {slot.PayloadLength} token {slot.ReplyToken} account {slot.AccountId} symbol {slot.SymbolId} "
        + $"order {slot.OrderId} price {slot.Price} quantity {slot.Quantity} side {slot.Side} type {slot.OrderType} tif {slot.TimeInForce} "
        + $"flags {slot.Flags} restriction {slot.Restriction} id {Convert.ToHexString(slot.ClientOrderId.Bytes)} cancel id {Convert.ToHexString(slot.CancelClientOrderId.Bytes)}";
}
