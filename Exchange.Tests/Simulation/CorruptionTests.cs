using NUnit.Framework;

namespace Exchange.Tests.Simulation;

/// <summary>A sample of what `corrupt --count 100000` runs (RELIABILITY A3).</summary>
[TestFixture]
public sealed class CorruptionTests
{
    private const int Count = 3_000;

    [Test]
    public async Task Damage_in_synced_files_is_refused_or_inside_the_stated_residue()
    {
        var run = new CorruptionRun(Count);
        await run.RunAsync(Environment.ProcessorCount);

        Assert.That(run.Failures, Is.Empty);
        foreach (var (outcome, times) in run.Outcomes)
        {
            await TestContext.Out.WriteLineAsync($"{times,9}  {outcome}");
        }

        // Every kind of damage was tried, and most of it is refused.
        Assert.That(run.Outcomes.Where(outcome => outcome.Key.EndsWith(": refused", StringComparison.Ordinal)).Sum(outcome => outcome.Value), Is.GreaterThan(Count / 2));
        foreach (var kind in (string[])
            ["bit flipped", "many bits flipped", "sectors swapped", "stale or doubled sector", "sector zeroed", "sectors zeroed", "file cut short",
                "group of another history", "segment missing", "segments swapped", "snapshots swapped", "all snapshots damaged", "snapshot of another journal"])
        {
            Assert.That(run.Outcomes.Keys, Has.Some.Contains($"damage: {kind}: refused"), kind);
        }

        foreach (var kind in (string[])
            ["bit flipped", "many bits flipped", "sectors swapped", "stale or doubled sector", "sector zeroed", "sectors zeroed", "file cut short"])
        {
            Assert.That(run.Outcomes.Keys, Has.Some.Contains($"damage: snapshot: {kind}: an older state and the journal instead"), kind);
        }
    }
}
