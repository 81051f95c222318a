using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;

namespace Exchange.Benchmarks.Suites;

/// <summary>
/// The rings between the threads, and what the platform has for the same purpose. One producer and one consumer on threads of their own, the
/// producer publishing one by one or in batches of 16; an operation is one command (128 bytes) or one record (100 bytes) from one to the other.
/// </summary>
public class RingSuite
{
#pragma warning disable CA1822 // BenchmarkDotNet calls instance methods only
    private const int Operations = 200_000;
    private const int BatchLength = 16;
    private const int RecordLength = 100;

    [Benchmark(OperationsPerInvoke = Operations)]
    public long CommandRingOneByOne() => PassCommands(batch: 1);

    [Benchmark(OperationsPerInvoke = Operations)]
    public long CommandRingInBatches() => PassCommands(BatchLength);

    [Benchmark(OperationsPerInvoke = Operations)]
    public long EventRingInBatches()
    {
        var ring = new EventRing(new EventRingOptions(), firstSequence: 1);
        var consumed = new Sequence(0);
        ring.AddGatingSequence(consumed);
        var barrier = ring.NewBarrier();
        return Pass(
            () =>
            {
                for (var sequence = 1L; sequence <= Operations; sequence++)
                {
                    ring.Reserve(RecordLength)[0] = 1;
                    ring.Commit(sequence, RecordLength, CommandSlot.NoReply);
                    if (sequence % BatchLength == 0 || sequence == Operations)
                    {
                        ring.Publish();
                    }
                }
            },
            () =>
            {
                var sum = 0L;
                for (var next = 1L; next <= Operations;)
                {
                    var last = barrier.WaitFor(next);
                    for (; next <= last; next++)
                    {
                        sum += ring.Read(next)[0];
                    }

                    ring.Advance(consumed, last);
                }

                return sum;
            });
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public long BoundedChannel() =>
        PassThrough(Channel.CreateBounded<CommandSlot>(new BoundedChannelOptions(16_384) { SingleReader = true, SingleWriter = true }));

    [Benchmark(OperationsPerInvoke = Operations)]
    public long UnboundedChannel() =>
        PassThrough(Channel.CreateUnbounded<CommandSlot>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }));

#pragma warning restore CA1822

    private static long PassCommands(int batch)
    {
        var ring = new CommandRing(new CommandRingOptions());
        return Pass(
            () =>
            {
                for (var sent = 0; sent < Operations;)
                {
                    if (!ring.TryClaim(batch, out var first))
                    {
                        Thread.Yield();
                        continue;
                    }

                    for (var i = 0; i < batch; i++)
                    {
                        ring[first + i].OrderId = 1;
                    }

                    ring.Publish(first, batch);
                    sent += batch;
                }
            },
            () =>
            {
                var sum = 0L;
                for (var next = 0L; next < Operations;)
                {
                    var last = ring.WaitFor(next);
                    for (; next <= last; next++)
                    {
                        sum += ring[next].OrderId;
                    }

                    ring.Release(last);
                }

                return sum;
            });
    }

    private static long PassThrough(Channel<CommandSlot> channel) => Pass(
        () =>
        {
            for (var i = 0; i < Operations; i++)
            {
                var command = new CommandSlot { OrderId = 1 };
                while (!channel.Writer.TryWrite(command))
                {
                    Thread.Yield();
                }
            }
        },
        () =>
        {
            var sum = 0L;
            for (var received = 0; received < Operations;)
            {
                if (channel.Reader.TryRead(out var command))
                {
                    sum += command.OrderId;
                    received++;
                }
                else
                {
                    channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
                }
            }

            return sum;
        });

    private static long Pass(Action produce, Func<long> consume)
    {
        var producer = new Thread(() => produce());
        producer.Start();
        var sum = consume();
        producer.Join();
        return sum == Operations ? sum : throw new InvalidOperationException($"{sum} of {Operations} came through");
    }
}
