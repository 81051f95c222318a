using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Simulation;

/// <summary>
/// One fixed run, as often as it has disk operations: each time another one fails (RELIABILITY A6), in each of the ways that a disk fails in. Every
/// promise of the simulation must hold.
/// </summary>
[TestFixture]
public sealed class EveryOperationFailsTests
{
    private const ulong Seed = 6;

    [TestCase(DiskFault.InputOutputError)]
    [TestCase(DiskFault.NoSpace)]
    [TestCase(DiskFault.ShortWrite)]
    [TestCase(DiskFault.PowerLoss)]
    public void Every_operation_may_fail_once(DiskFault fault)
    {
        var plan = SimulationPlan.Draw(Seed).WithoutFaults();
        var operations = SimulationRun.Run(plan, default).Operations;
        Assert.That(operations, Is.GreaterThan(150));
        var happened = 0;

        Parallel.For(1, operations + 1, operation =>
        {
            var report = SimulationRun.Run(plan with { PowerLossPercent = operation % 2 == 0 ? 100 : 0 }, (operation, fault));
            var isWriteOnly = fault == DiskFault.ShortWrite;
            if (report.Faults.Keys.Any(name => name.EndsWith($": {fault}", StringComparison.Ordinal)
                || (isWriteOnly && name.EndsWith($": {DiskFault.InputOutputError}", StringComparison.Ordinal))))
            {
                Interlocked.Increment(ref happened);
            }
        });

        // The last operations belong to the part that has no faults.
        Assert.That(happened, Is.GreaterThan((int)operations / 2));
    }
}
