using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>A pipeline that has failed takes nothing any more: what it took could only be told that its outcome is unknown.</summary>
public sealed class PipelineFailureTests
{
    private string _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("exchange-pipeline-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Nothing_is_admitted_from_the_moment_a_view_fails()
    {
        ExchangePipeline<RiskPort, LedgerPort>? pipeline = null;
        var admittedAtFailure = new TaskCompletionSource<(string Thread, bool IsAdmitting)>();
        pipeline = NewPipeline([new FailingView()], new PipelineOptions(), (thread, _) => admittedAtFailure.TrySetResult((thread, pipeline!.IsAdmitting)));
        await using var ended = pipeline;
        pipeline.Recover(null);

        await pipeline.StartAsync(GenesisCommand.Default(ExchangeMode.Sandbox));
        Assert.That(pipeline.IsAdmitting, Is.True);

        Assert.That(pipeline.Gateway.TrySubmit(CommandType.AddSymbol, [], ClaimClass.Normal, out var reply), Is.True);
        await Assert.ThrowsAsync<ExchangeStoppedException>(() => reply.AsTask());
        Assert.That(await admittedAtFailure.Task.WaitAsync(PipelineExchange.HangGuard), Is.EqualTo(("publisher", false)));
    }

    [Test]
    public async Task A_thread_that_cannot_start_leaves_the_pipeline_closed()
    {
        await using var pipeline = NewPipeline([], new PipelineOptions { EngineCpu = 9_999 }, (_, _) => { });
        pipeline.Recover(null);

        await Assert.ThrowsAsync<ExchangeStoppedException>(() => pipeline.StartAsync(GenesisCommand.Default(ExchangeMode.Sandbox)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pipeline.Ended);
        Assert.That(pipeline.IsAdmitting, Is.False);
    }

    private ExchangePipeline<RiskPort, LedgerPort> NewPipeline(
        IReadOnlyList<IRecordConsumer> consumers, PipelineOptions options, Action<string, Exception> onFailure) => new(
            new FileStorage(_directory, JournalSyncMethod.Fdatasync, _ => { }),
            new SystemClock(),
            new RiskPort(new RiskState()),
            new LedgerPort(new Ledger()),
            consumers,
            options,
            new PipelineLog(_ => { }, (_, _) => { }, onFailure));

    private sealed class FailingView : IRecordConsumer
    {
        public void BeginBatch()
        {
        }

        public void Apply(in Record record, int replyToken)
        {
            if (record.CommandType != CommandType.Genesis)
            {
                throw new InvalidOperationException("a bug of a view");
            }
        }

        public void EndBatch()
        {
        }

        public void Save(SnapshotWriter writer) => writer.Write(1);

        public void Load(SnapshotReader reader) => reader.ReadVersion("failing view", 1);
    }
}
