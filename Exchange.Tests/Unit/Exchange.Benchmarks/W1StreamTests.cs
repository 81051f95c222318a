using System.Runtime.InteropServices;
using Exchange.Benchmarks.Durable;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Benchmarks;

/// <summary>The workload is bit-exact: the figures are those of its published definition.</summary>
[TestFixture]
public class W1StreamTests
{
    [Test]
    public void The_whole_stream_has_the_trades_and_the_bytes_of_its_definition()
    {
        var stream = W1Stream.Generate();
        Assert.That(stream.TradeCount, Is.EqualTo(W1Stream.ExpectedTrades));
        Assert.That(stream.MaxOrderId, Is.EqualTo(361_922));
        Assert.That(HashOf(stream.Commands.Span), Is.EqualTo(0xfed38db34e3e5a91));
    }

    [Test]
    public void Two_generations_are_equal() =>
        Assert.That(
            HashOf(W1Stream.Generate(benchCount: 1_000).Commands.Span),
            Is.EqualTo(HashOf(W1Stream.Generate(benchCount: 1_000).Commands.Span)));

    /// <summary>FNV-1a, 64 bits, over the records' bytes.</summary>
    private static ulong HashOf(ReadOnlySpan<W1Command> commands)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var value in MemoryMarshal.AsBytes(commands))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        return hash;
    }
}
