using System.Buffers.Binary;
using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class CommandRingConcurrencyTests
{
    private const int Producers = 4;
    private const int CommandsPerProducer = 250_000;

    // One command in so many has a payload of several slots.
    private const int PayloadEvery = 16;

    [TestCase(WaitStrategyKind.SpinThenBlock)]
    [TestCase(WaitStrategyKind.Yield)]
    public void Every_command_arrives_once_and_in_the_order_of_its_producer(WaitStrategyKind kind)
    {
        var ring = new CommandRing(new CommandRingOptions { SlotCount = 1_024, WaitStrategy = kind });
        var received = new int[Producers];
        var wrong = 0;
        var unwanted = 0L;

        var producers = Enumerable.Range(0, Producers).Select(producer => ParallelRun.Start(() => Produce(ring, producer))).ToArray();
        var consumer = ParallelRun.Start(() => Consume(ring, received, ref wrong, ref unwanted));
        ParallelRun.Join([.. producers, consumer]);

        Assert.That(received, Is.All.EqualTo(CommandsPerProducer));
        Assert.That((wrong, unwanted, ring.Occupied), Is.EqualTo((0, 0L, 0)));
    }

    private static void Produce(CommandRing ring, int producer)
    {
        var payload = new byte[300];
        for (var number = 0; number < CommandsPerProducer; number++)
        {
            var isPayload = number % PayloadEvery == 0;
            var length = isPayload ? 100 + (number % 200) : 0;
            var slotCount = CommandRing.SlotCountFor(length);
            long first;
            while (!ring.TryClaim(slotCount, out first))
            {
                Thread.Yield();
            }

            ref var slot = ref ring[first];
            slot.Type = isPayload ? CommandType.AddSymbol : CommandType.PlaceOrder;
            slot.ReplyToken = producer;
            if (isPayload)
            {
                Fill(payload.AsSpan(0, length), producer, number);
                ring.WritePayload(first, payload.AsSpan(0, length));
            }
            else
            {
                slot.SlotCount = 1;
                slot.PayloadLength = 0;
                slot.AccountId = producer;
                slot.Price = number;
                slot.Quantity = ~(long)number;
            }

            ring.Publish(first, slotCount);
        }
    }

    private static void Consume(CommandRing ring, int[] received, ref int wrong, ref long unwanted)
    {
        var payload = new byte[300];
        var expected = new byte[300];
        var next = 0L;
        for (var commands = 0; commands < Producers * CommandsPerProducer;)
        {
            var available = ring.WaitFor(next);
            while (next <= available)
            {
                ref var slot = ref ring[next];
                var producer = slot.ReplyToken;
                var number = received[producer]++;
                var isPayload = number % PayloadEvery == 0;
                if (isPayload)
                {
                    var length = 100 + (number % 200);
                    Fill(expected.AsSpan(0, length), producer, number);
                    var equal = slot.Type == CommandType.AddSymbol && ring.ReadPayload(next, payload) == length
                        && payload.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length));
                    wrong += equal ? 0 : 1;
                }
                else
                {
                    wrong += slot.AccountId == producer && slot.Price == number && slot.Quantity == ~(long)number ? 0 : 1;
                }

                next += slot.SlotCount;
                commands++;
            }

            // A batch never ends inside a command.
            wrong += next == available + 1 ? 0 : 1;
            ring.Release(available);
        }

        unwanted = ring.WaitFor(next, maxBlockMs: 1) - (next - 1);
    }

    private static void Fill(Span<byte> payload, int producer, int number)
    {
        payload.Fill((byte)(number * 31));
        BinaryPrimitives.WriteInt32LittleEndian(payload, producer);
        BinaryPrimitives.WriteInt32LittleEndian(payload[^4..], number);
    }
}
