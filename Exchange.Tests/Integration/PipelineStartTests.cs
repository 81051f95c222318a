using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>What a start does before the first client is served.</summary>
[TestFixture]
public sealed class PipelineStartTests
{
    [Test]
    public async Task Nobody_is_admitted_before_genesis_is_durable()
    {
        var disk = new FaultyDisk();
        using var mayGoOn = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var storage = new WatchedStorage(disk)
        {
            BeforeJournalSync = () =>
            {
                reached.TrySetResult();
                mayGoOn.Wait(PipelineExchange.HangGuard);
            },
        };
        await using var exchange = new PipelineExchange(storage);
        var command = CommandSlots.Limit(1, Side.Buy, 1, 1);
        var payload = AddSymbolCommand.ToBytes(SampleSymbols.Spec);

        var start = exchange.StartAsync();
        await reached.Task.WaitAsync(PipelineExchange.HangGuard);
        var isAdmitting = exchange.Pipeline.IsAdmitting;
        var takesOrder = exchange.Pipeline.Gateway.TrySubmit(ref command, ClaimClass.Reserved, out _);
        var takesSymbol = exchange.Pipeline.Gateway.TrySubmit(CommandType.AddSymbol, payload, ClaimClass.Reserved, out _);
        mayGoOn.Set();
        await start;

        Assert.That((isAdmitting, takesOrder, takesSymbol), Is.EqualTo((false, false, false)));
        Assert.That(exchange.Pipeline.IsAdmitting, Is.True);
        Assert.That(await exchange.SubmitAsync(CommandType.AddSymbol, payload), Is.EqualTo(RejectReason.None));
        await exchange.Pipeline.StopAsync();
        Assert.That(JournalFixture.ReadAll(disk).Records.Select(record => new Record(record).CommandType), Is.EqualTo((CommandType[])[CommandType.Genesis, CommandType.AddSymbol]));
    }

    [TestCase(0, 1, Description = "work limit out of range")]
    [TestCase(10_001, 1, Description = "work limit out of range")]
    [TestCase(1_000, GenesisCommand.CurrentLogicVersion + 1, Description = "rules that this build does not know")]
    [TestCase(10_000, 1, Description = "records larger than the event ring takes")]
    public async Task A_genesis_that_cannot_run_is_refused_before_it_is_journaled(int workLimit, int logicVersion)
    {
        var disk = new FaultyDisk();
        await using (var refused = new PipelineExchange(new WatchedStorage(disk)))
        {
            Assert.That(
                async () => await refused.StartAsync(PipelineExchange.Genesis with { WorkLimit = workLimit, LogicVersion = logicVersion }),
                Throws.InstanceOf<ArgumentException>());
        }

        await using var exchange = new PipelineExchange(new WatchedStorage(disk));
        await exchange.StartAsync();

        Assert.That(exchange.Pipeline.Mode, Is.EqualTo(ExchangeMode.Sandbox), "the directory is as good as new");
        Assert.That(exchange.Pipeline.DurableSequence, Is.EqualTo(1));
    }

    [Test]
    public async Task A_journal_whose_records_outgrow_the_rings_refuses_the_start()
    {
        var disk = new FaultyDisk();
        var large = PipelineExchange.SmallOptions with
        {
            EventRing = new EventRingOptions { ByteCount = 1 << 21, SlotCount = 1_024 },
            Journal = PipelineExchange.SmallOptions.Journal with { GroupBytes = 768 << 10 },
        };
        await using (var first = new PipelineExchange(new WatchedStorage(disk), options: large))
        {
            await first.StartAsync(PipelineExchange.Genesis with { WorkLimit = 10_000 });
        }

        await using var second = new PipelineExchange(new WatchedStorage(disk));
        Assert.That(() => second.Pipeline.Recover(null), Throws.InvalidOperationException.With.Message.Contains("event ring"));
    }

    [Test]
    public async Task Work_that_a_crash_left_is_finished_before_any_client_is_served()
    {
        var stream = new StreamJournal(seed: 31, commands: 400, withHashes: false);
        var continues = Enumerable.Range(0, stream.Records.Count).Where(i => new Record(stream.Records[i]).Header.Flags.HasFlag(RecordFlags.Continues)).ToArray();
        Assert.That(continues, Is.Not.Empty);
        foreach (var last in continues.Take(5).Concat(continues.TakeLast(5)))
        {
            var disk = new FaultyDisk();
            using (var appender = StreamJournal.Open(disk, Exchange.Matching.Journal.JournalEnd.Empty))
            {
                stream.Write(appender, new Random(last), 0, last + 1);
            }

            ulong hash;
            await using (var exchange = new PipelineExchange(new WatchedStorage(disk)))
            {
                await exchange.StartAsync(CommandGenerator.Genesis);
                await exchange.SubmitAsync(CommandSlots.CancelAll(accountId: 1));
                await exchange.Pipeline.StopAsync();
                Assert.That(exchange.Inconsistency, Is.Null);
                hash = exchange.StateHash;
            }

            var added = JournalFixture.ReadAll(disk).Records.Skip(last + 1).Select(record => new Record(record).Header).ToArray();
            Assert.That(added[0].CommandType, Is.EqualTo(CommandType.ContinueWork));
            Assert.That(added.TakeWhile(header => header.CommandType == CommandType.ContinueWork).Last().Flags, Is.EqualTo(RecordFlags.None), "the work is finished");
            Assert.That(
                added.TakeWhile(header => header.CommandType == CommandType.ContinueWork).Select(header => header.TimeUs),
                Is.All.EqualTo(new Record(stream.Records[last]).TimeUs),
                "a taker's trades share one time");
            using var recovered = new BareExchange();
            recovered.Recover(disk);
            Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(hash));
        }
    }
}
