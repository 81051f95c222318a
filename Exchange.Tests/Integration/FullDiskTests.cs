using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>A disk without room for the next segment is told while the current one still takes orders.</summary>
public sealed class FullDiskTests
{
    private const int SegmentBytes = 1 << 20;

    [Test]
    public async Task A_full_disk_is_told_before_it_ends_the_exchange()
    {
        // Prepared on the journal thread itself, because this disk is for one thread.
        var journal = new JournalOptions { SegmentBytes = SegmentBytes, GroupBytes = SegmentBytes / 2, PrepareInBackground = false };
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipeline = new ExchangePipeline<RiskPort, LedgerPort>(
            new FaultyDisk { CapacityBytes = SegmentBytes * 3 / 2 },
            new SystemClock(),
            new RiskPort(new RiskState()),
            new LedgerPort(new Ledger()),
            [],
            new PipelineOptions { Journal = journal },
            new PipelineLog(line => told.TrySetResult(line), (_, _) => { }, (_, failure) => told.TrySetException(failure)));
        pipeline.Recover(null);

        await pipeline.StartAsync(GenesisCommand.Default(ExchangeMode.Sandbox));
        var line = await told.Task.WaitAsync(PipelineExchange.HangGuard);

        Assert.That(line, Does.StartWith("journal: no room for the next segment (").And.Contain("make room before the current one is full"));
        Assert.That(pipeline.IsAdmitting, Is.True);
    }
}
