using System.Globalization;
using NUnit.Framework;

namespace Exchange.Tests.Simulation;

/// <summary>
/// The whole exchange from one seed (RELIABILITY A1, A2, A4, H1). The same seeds run every time; many more run by
/// `dotnet run -c Release --project Exchange.Tests -- simulate --seeds 10000`. SIM_SEED=123 runs that seed alone and prints its trace.
/// </summary>
[TestFixture]
public sealed class SimulationTests
{
    private const ulong FirstSeed = 1;
    private const int SeedCount = 200;

    /// <summary>
    /// Seeds that once failed. 25, 261, 861, 1155: a group whose sync had failed was shown by the page cache to the next start, which went on from it.
    /// 1104 and the others: a full disk, then another failure of the preparation; no order was taken any more, so no commit ever told it.
    /// 9612: the simulation stood still, the engine at a full ring above a journal in a disk operation, which only threads get out of.
    /// </summary>
    private static readonly ulong[] KeptSeeds = [25, 261, 861, 1155, 1104, 1717, 2156, 2276, 9612];

    private static ulong? ChosenSeed =>
        ulong.TryParse(Environment.GetEnvironmentVariable("SIM_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : null;

    [Test]
    public async Task Every_promise_holds_in_every_seed()
    {
        if (ChosenSeed is { } chosen)
        {
            await TestContext.Out.WriteLineAsync(SimulationRun.Run(chosen, TestContext.Out.WriteLine).ToString());
            return;
        }

        var swarm = new SimulationSwarm(FirstSeed, SeedCount);
        await swarm.RunAsync(Environment.ProcessorCount);

        Assert.That(swarm.Failures.Select(failure => failure.Message), Is.Empty);
        await TestContext.Out.WriteLineAsync(swarm.Report.ToString());

        // The faults really happened: without them the seeds would prove nothing.
        Assert.That(swarm.Report.Faults.Keys, Is.SupersetOf((string[])
        [
            "Sync: PowerLoss", "Write: PowerLoss", "SyncFolder: PowerLoss", "Open: PowerLoss", "Read: PowerLoss", "Sync: InputOutputError", "Sync: Lie",
            "SyncFolder: Lie", "SyncFolder: InputOutputError", "Write: InputOutputError", "Write: ShortWrite", "Read: InputOutputError", "disk full",
            "clock jump", "poisoned command", "end: killed", "end: power lost", "end: between the records of a command", "start: refused or cut short", "snapshot taken",
            "start: from a snapshot, first segments deleted",
        ]));
        Assert.That(swarm.Report.Answered, Is.GreaterThan(SeedCount * 100));
        Assert.That(swarm.Report.Resubmitted, Is.GreaterThan(SeedCount));
    }

    /// <summary>The stand-still of seed 9612, made likely: large batches into a ring of 64 records, while the journal stands in a disk operation.</summary>
    [Test]
    public void A_full_ring_above_a_disk_operation_ends_the_process_and_nothing_is_lost()
    {
        var ends = 0;
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var drawn = SimulationPlan.Draw(seed);
            var plan = drawn with
            {
                BatchPercent = 100,
                PreemptPercent = 60,
                Weights = [60, 1, 10, 10, 1],
                Options = drawn.Options with { EventRing = drawn.Options.EventRing with { SlotCount = 64 }, InFlightCommands = 200 },
            };
            ends += SimulationRun.Run(plan, script: default).Faults.GetValueOrDefault("end: at a full ring, in a disk operation");
        }

        Assert.That(ends, Is.Positive);
    }

    [TestCaseSource(nameof(KeptSeeds))]
    public void A_seed_that_once_failed_holds(ulong seed) => Assert.That(() => SimulationRun.Run(seed), Throws.Nothing);

    [TestCase(25UL)]
    [TestCase(78UL)]
    public void A_seed_does_the_same_every_time(ulong seed)
    {
        List<string> first = [];
        List<string> second = [];

        var report = SimulationRun.Run(seed, first.Add).ToString();

        Assert.That(SimulationRun.Run(seed, second.Add).ToString(), Is.EqualTo(report));
        Assert.That(second, Is.EqualTo(first));
        Assert.That(first, Has.Count.GreaterThan(200));
    }
}
