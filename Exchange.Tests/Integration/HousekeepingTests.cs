using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>Snapshots and retention beside a trading pipeline with all its threads, on a real file system.</summary>
public sealed class HousekeepingTests
{
    private static PipelineOptions Options { get; } = PipelineExchange.SmallOptions with
    {
        Journal = PipelineExchange.SmallOptions.Journal with { SegmentRecords = 1_000 },
        Snapshot = new SnapshotOptions { ReplayMsMax = 100, ReplayNsPerRecord = 100_000 },
        Retention = new RetentionOptions { DeletesSegments = true },
    };

    [Test]
    public async Task Restart_after_restart_begins_with_a_snapshot_taken_while_orders_were_answered()
    {
        var directory = Directory.CreateTempSubdirectory("exchange-snapshot-");
        try
        {
            ulong hash = 0;
            long sequence = 0;
            for (var life = 0; life < 3; life++)
            {
                var storage = new FileStorage(directory.FullName, JournalSyncMethod.Fdatasync, _ => { });
                await using var exchange = new PipelineExchange(storage, options: Options, newParts: BareExchange.NewParts);
                await exchange.StartAsync();
                Assert.That(exchange.Pipeline.DurableSequence, Is.EqualTo(Math.Max(sequence, 1)), $"life {life}");
                if (life == 0)
                {
                    await exchange.AddMarketAsync(accounts: 2);
                }

                // A slow disk may take a whole life's commands into one snapshot: two are waited for, not a number of commands.
                var snapshots = new HashSet<long> { exchange.Pipeline.Housekeeping.SnapshotSequence };
                using var giveUp = new CancellationTokenSource(PipelineExchange.HangGuard);
                while (snapshots.Count < 3)
                {
                    snapshots.Add(exchange.Pipeline.Housekeeping.SnapshotSequence);
                    giveUp.Token.ThrowIfCancellationRequested();
                    var answer = await exchange.SubmitAsync(CommandSlots.Limit(1, Side.Buy, 480, 1));
                    await exchange.SubmitAsync(CommandSlots.Cancel(1, answer!.OrderId));
                }

                Assert.That(exchange.Pipeline.Housekeeping.Problem, Is.Null);
                await exchange.Pipeline.StopAsync().WaitAsync(PipelineExchange.HangGuard);
                (hash, sequence) = (exchange.StateHash, exchange.Pipeline.DurableSequence);
                Assert.That(new SnapshotStore(storage).List(), Has.Count.EqualTo(2));
            }

            Assert.That(File.Exists(Path.Combine(directory.FullName, JournalFixture.FirstSegment)), Is.False, "the first segment is gone");
            using var recovered = new BareExchange();
            recovered.Recover(new FileStorage(directory.FullName, JournalSyncMethod.Fdatasync, _ => { }));
            Assert.That((recovered.Sequence, recovered.Engine.ComputeStateHash()), Is.EqualTo((sequence, hash)));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
