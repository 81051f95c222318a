using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Commands;

public sealed class CommandSlotTests
{
    [Test]
    public void The_hash_is_that_of_the_client_id_however_it_came_there_and_0_only_for_none()
    {
        var bodyRoom = new byte[TradingCommandCodec.MaxBodyLength];
        foreach (var length in Enumerable.Range(0, ClientOrderId.MaxLength + 1))
        {
            var id = ClientOrderId.From(new string('x', length));
            CommandSlot written = new() { Type = CommandType.PlaceOrder, OrderType = OrderType.Limit, TimeInForce = TimeInForce.Gtc, Price = 1, Quantity = 1, ClientOrderId = id };
            var body = bodyRoom.AsSpan(0, TradingCommandCodec.Write(in written, bodyRoom));

            // What a slot of the ring held before does not matter.
            CommandSlot read = new() { ClientOrderId = ClientOrderId.From("older") };
            Assert.That(TradingCommandCodec.TryRead(CommandType.PlaceOrder, body, ref read));
            Assert.That((written.ClientHash, read.ClientHash), Is.EqualTo((id.IndexHash(), id.IndexHash())));
            Assert.That(written.ClientHash == 0, Is.EqualTo(length == 0));
            written.ClientOrderId = default;
            Assert.That(written.ClientHash, Is.Zero);
        }
    }
}
