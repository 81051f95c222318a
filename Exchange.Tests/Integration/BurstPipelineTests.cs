using Exchange.Benchmarks.Durable;
using Exchange.Benchmarks.Workloads;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Views;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>What the benchmark of the durable pipeline relies on: a small burst comes through whole, on a real disk.</summary>
[TestFixture]
public class BurstPipelineTests
{
    [Test]
    public async Task A_burst_comes_through_journal_and_views_with_the_trades_of_its_workload()
    {
        const int Laps = 3;
        var workload = Workload.Generate(WorkloadDefinition.W1, benchCount: 5_000);
        var tradesPerLap = (long)(workload.PrefillTally.Trades + workload.Tally.Trades);
        var directory = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"burst-{Guid.NewGuid():N}");
        await using (var harness = await PipelineHarness.StartAsync(
            directory, JournalSyncMethod.Fdatasync, Laps, WorkloadDefinition.UserCount, TextWriter.Null))
        {
            var setUpSequence = harness.Pipeline.PublishedSequence;
            var producer = new BurstProducer(harness.Pipeline.CommandRing, workload, Laps, harness.Pipeline.Ended);
            await Task.Factory.StartNew(producer.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await harness.Pipeline.StopAsync();

            Assert.That(harness.Failure, Is.Null);
            Assert.That(producer.CompleteLaps, Is.EqualTo(Laps));
            Assert.That(harness.Pipeline.PublishedSequence, Is.EqualTo(setUpSequence + producer.Pushed));
            Assert.That(harness.Pipeline.FindInconsistency(), Is.Null);
            List<PublicTrade> trades = [];
            for (var lap = 0; lap < Laps; lap++)
            {
                harness.MarketData.CopyTrades(lap, TradeRange.Newest(1), trades);
                Assert.That(trades.Single().TradeId, Is.EqualTo(tradesPerLap), $"lap {lap}");
            }

            var census = JournalCensus.Read(harness.Storage, long.MaxValue);
            Assert.That(census.Rejects, Is.Zero);
            Assert.That(census.Trades, Is.EqualTo(Laps * tradesPerLap));
            Assert.That(census.Records, Is.EqualTo(setUpSequence + producer.Pushed));
            Assert.That(census.ByType[CommandType.PlaceOrder].Count, Is.EqualTo(Laps * workload.MaxOrderId));
            Assert.That(harness.Storage.GroupCount, Is.EqualTo(census.Groups));
        }

        Assert.That(directory, Does.Not.Exist);
    }
}
