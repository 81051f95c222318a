using System.Collections.Concurrent;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Tests.Simulation;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Golden;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// A data directory that is copied while its exchange trades, takes snapshots and deletes segments. A backup always recovers; a plain copy of files, each at a
/// moment of its own, recovers or is refused. Whatever recovers is a prefix of what was recorded, with everything acknowledged before the copy began.
/// </summary>
public sealed class CopiedDirectoryTests
{
    private const int Copies = 6;

    private const int RecordsBetweenCopies = 600;

    private const int Traders = 16;

    private static PipelineOptions Options { get; } = PipelineExchange.SmallOptions with
    {
        Journal = PipelineExchange.SmallOptions.Journal with { SegmentRecords = 1_000 },
        Snapshot = new SnapshotOptions { ReplayMsMax = 100, ReplayNsPerRecord = 100_000 },
        Retention = new RetentionOptions { DeletesSegments = true },
    };

    [Test]
    public async Task A_backup_of_a_running_exchange_recovers_with_everything_acknowledged_before_it_began() =>
        Assert.That(await CopyWhileTradingAsync(Backup), Is.EqualTo(Copies));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void A_backup_never_knows_more_than_its_source_recovers_to_after_a_power_loss(int seed)
    {
        var source = new FaultyDisk();
        var (name, wholeSegment, lastGroup) = GoldenSegment(source);
        using (var segment = source.Open(name, create: false))
        {
            // Written by the exchange, not yet synced.
            segment.Write(wholeSegment.AsSpan((int)lastGroup), lastGroup);
        }

        var copied = DirectoryBackup.Run(source, new FaultyDisk());
        source.Crash(seed);

        using var recovered = new BareExchange();
        recovered.Recover(source);
        Assert.That(recovered.Sequence, Is.EqualTo(copied));
    }

    [Test]
    public async Task A_plain_copy_of_a_running_exchange_recovers_or_is_refused([Values] bool journalFirst) =>
        await TestContext.Out.WriteLineAsync(
            $"{await CopyWhileTradingAsync((from, to) => CopyFiles(from, to, journalFirst))} of {Copies} plain copies recovered, the others were refused");

    /// <summary>Returns how many copies recovered; fails for one that recovers to anything but the truth.</summary>
    private static async Task<int> CopyWhileTradingAsync(Action<string, string> copy)
    {
        var directory = Directory.CreateTempSubdirectory("exchange-copied-");
        try
        {
            var records = new ConcurrentQueue<byte[]>();
            var copies = new List<(string Path, long Acknowledged)>();
            var live = Path.Combine(directory.FullName, "live");
            var storage = new FileStorage(live, JournalSyncMethod.Fdatasync, _ => { });
            await using (var exchange = new PipelineExchange(
                storage, options: Options, witness: new RecordWitness((in Record record) => records.Enqueue(record.Bytes.ToArray())), newParts: NewParts))
            {
                await exchange.StartAsync();
                await exchange.AddMarketAsync(accounts: 2);
                var acknowledged = new long[Traders];
                using var end = new CancellationTokenSource();
                var trading = Task.WhenAll(Enumerable.Range(0, Traders).Select(trader => Task.Run(async () =>
                {
                    while (!end.IsCancellationRequested)
                    {
                        var answer = await exchange.SubmitAsync(CommandSlots.Limit(1, Side.Buy, 480, 1));
                        Volatile.Write(ref acknowledged[trader], answer!.LastSequence);
                        await exchange.SubmitAsync(CommandSlots.Cancel(1, answer.OrderId));
                    }
                })));
                for (var i = 0; i < Copies; i++)
                {
                    // Each copy finds other files: segments and snapshots come and go between them.
                    using var giveUp = new CancellationTokenSource(PipelineExchange.HangGuard);
                    for (var from = exchange.Pipeline.DurableSequence; exchange.Pipeline.DurableSequence < from + RecordsBetweenCopies;)
                    {
                        giveUp.Token.ThrowIfCancellationRequested();
                        await Task.Yield();
                    }

                    var path = Path.Combine(directory.FullName, $"copy-{i}");
                    copies.Add((path, Enumerable.Range(0, Traders).Max(trader => Volatile.Read(ref acknowledged[trader]))));
                    copy(live, path);
                }

                await end.CancelAsync();
                await trading;
                await exchange.Pipeline.StopAsync().WaitAsync(PipelineExchange.HangGuard);
            }

            var truth = new DamageTruth([.. records], () => new BareExchange(new RecordWitness(null)));
            return copies.Count(made => Recovers(made.Path, made.Acknowledged, truth));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static bool Recovers(string path, long acknowledged, DamageTruth truth)
    {
        using var recovered = truth.NewExchange();
        try
        {
            recovered.Recover(new FileStorage(path, JournalSyncMethod.Fdatasync, _ => { }));
        }
        catch (JournalDamagedException refused)
        {
            Assert.That(refused.File, Is.Not.Empty);
            return false;
        }

        Assert.That(recovered.Sequence, Is.GreaterThanOrEqualTo(acknowledged), "what was acknowledged before the copy began");
        Assert.That(recovered.SaveSnapshot(), Is.EqualTo(truth.SavedBehind(recovered.Sequence)), "a prefix of what was recorded");
        return true;
    }

    /// <summary>Puts a data directory onto a disk, durably, but for the last group of its journal; returns its segment, the segment's whole content, and where the group begins.</summary>
    private static (string Name, byte[] Content, long LastGroup) GoldenSegment(FaultyDisk disk)
    {
        var golden = GoldenData.Of(GoldenData.CurrentName).ReadDisk();
        using var reader = new JournalReader(golden);
        var lastGroup = 0L;
        while (reader.TryReadGroup(out _))
        {
            lastGroup = reader.RecordsOffset - JournalFormat.GroupHeaderSize;
        }

        var name = reader.End.SegmentName;
        foreach (var (file, bytes) in golden.Contents())
        {
            disk.Put(file, [.. bytes]);
        }

        var durable = golden.Contents()[name];
        durable.AsSpan((int)lastGroup).Clear();
        disk.Put(name, durable);
        return (name, golden.Contents()[name], lastGroup);
    }

    private static void Backup(string from, string to) => DirectoryBackup.Run(
        new FileStorage(from, JournalSyncMethod.Fdatasync, _ => { }), new FileStorage(to, JournalSyncMethod.Fdatasync, _ => { }));

    /// <summary>What `cp -r` does: file after file, each piece by piece; one that is gone meanwhile is left out.</summary>
    private static void CopyFiles(string from, string to, bool journalFirst)
    {
        var buffer = new byte[128 << 10];
        var folders = Directory.GetDirectories(from).Order(StringComparer.Ordinal);
        foreach (var folder in journalFirst ? folders : folders.Reverse())
        {
            var copied = Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(folder))).FullName;
            foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
            {
                try
                {
                    using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                    using var target = File.Create(Path.Combine(copied, Path.GetFileName(file)));
                    for (var read = source.Read(buffer); read > 0; read = source.Read(buffer))
                    {
                        target.Write(buffer.AsSpan(0, read));
                    }
                }
                catch (FileNotFoundException)
                {
                    // Deleted or renamed between the listing and the copy: cp tells so, and goes on.
                }
            }
        }
    }

    private static ExchangeParts<Exchange.Risk.RiskPort, Exchange.Accounts.LedgerPort> NewParts()
    {
        var parts = BareExchange.NewParts();
        return parts with { Consumers = [.. parts.Consumers, new RecordWitness(null)] };
    }
}
