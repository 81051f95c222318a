using Exchange.Benchmarks.Workloads;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Benchmarks;

/// <summary>The workloads are bit-exact: the figures are those of their published definition.</summary>
[TestFixture]
public class WorkloadTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    public void A_whole_workload_has_the_trades_and_the_bytes_of_its_definition(int number) =>
        Assert.That(Workload.Generate(WorkloadDefinition.All[number - 1]).FindMismatch(), Is.Null);

    [TestCase(1, WorkloadOperation.GtcLimit, 1, 459, 1, 40_177, 81)]
    [TestCase(2, WorkloadOperation.GtcLimit, 0, 503, 1, 39_801, 94)]
    [TestCase(3, WorkloadOperation.GtcLimit, 1, 929, 1, 40_705, 80)]
    [TestCase(4, WorkloadOperation.GtcLimit, 0, 97, 1, 39_999, 4)]
    [TestCase(5, WorkloadOperation.GtcLimit, 1, 213, 1, 40_005, 1)]
    public void A_workload_begins_as_defined(
        int number, object operation, int side, int userId, long orderId, long price, long quantity)
    {
        var first = Workload.Generate(WorkloadDefinition.All[number - 1], benchCount: 0).Commands.Span[0];
        Assert.That(
            (first.Operation, first.Side, first.UserId, first.OrderId, first.Price, first.Quantity),
            Is.EqualTo(((WorkloadOperation)operation, (byte)side, (ushort)userId, orderId, price, quantity)));
    }

    [Test]
    public void A_shorter_workload_is_the_beginning_of_the_whole_one()
    {
        var shorter = Workload.Generate(WorkloadDefinition.W1, benchCount: 1_000);
        var longer = Workload.Generate(WorkloadDefinition.W1, benchCount: 2_000);
        Assert.That(
            Workload.HashOf(shorter.Commands.Span),
            Is.EqualTo(Workload.HashOf(longer.Commands.Span[..shorter.Commands.Length])));
    }
}
