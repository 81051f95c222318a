using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Snapshot;
using Exchange.Risk;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Golden;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// Data directories of earlier builds come up in this one with the same states, and every record executes again to the same bytes (RELIABILITY.md, J1).
/// A failure means: what this build makes of an existing exchange's journal is something else. `Exchange.Matching/README.md`, "How to change
/// behaviour", says what to do instead.
/// </summary>
public sealed class GoldenTests
{
    /// <summary>From here on command numbers are those of requests only.</summary>
    private const byte FirstRequest = 48;

    [TestCaseSource(typeof(GoldenData), nameof(GoldenData.Names))]
    public void Golden_journal_replays_byte_for_byte_to_the_same_states(string name)
    {
        var golden = GoldenData.Of(name);
        var disk = golden.ReadDisk();
        foreach (var snapshot in disk.Contents().Keys.Where(file => file.StartsWith("snapshot/", StringComparison.Ordinal)))
        {
            disk.Remove(snapshot);
        }

        var expected = golden.ReadHashes();
        var found = new Dictionary<long, ulong>();
        using var exchange = new BareExchange();
        exchange.Recover(disk, sequence =>
        {
            if (expected.ContainsKey(sequence))
            {
                found[sequence] = exchange.Engine.ComputeStateHash();
            }
        });

        Assert.That(found, Is.EqualTo(expected));
        Assert.That(expected, Has.Count.GreaterThan(5));
    }

    [TestCaseSource(typeof(GoldenData), nameof(GoldenData.Names))]
    public void Golden_snapshot_is_gone_on_from_with_the_journal_behind_it(string name)
    {
        var golden = GoldenData.Of(name);
        var disk = golden.ReadDisk();
        var snapshot = new SnapshotStore(disk).List().Single();
        var expected = golden.ReadHashes();
        var found = new Dictionary<long, ulong>();
        using var exchange = new BareExchange();

        exchange.Recover(disk, sequence =>
        {
            if (expected.ContainsKey(sequence))
            {
                found[sequence] = exchange.Engine.ComputeStateHash();
            }
        });

        Assert.That(exchange.RecoveryLog, Is.Empty, "the snapshot is not passed over");
        Assert.That(found, Is.EqualTo(expected.Where(hash => hash.Key > snapshot).ToDictionary()));
        Assert.That(found, Is.Not.Empty);
    }

    /// <summary>A layout that changes without another version would make snapshots of this build unreadable for others of the version, or readable as something else.</summary>
    [Test]
    public void Golden_snapshot_is_saved_again_to_the_same_bytes()
    {
        var disk = GoldenData.Of(GoldenData.CurrentName).ReadDisk();
        var store = new SnapshotStore(disk);
        var sequence = store.List().Single();
        using var golden = store.OpenVerified(store.NameOf(sequence), sequence);
        using var exchange = new BareExchange();
        Recovery.Fill(golden, store.NameOf(sequence), exchange.Engine, exchange.Consumers);
        var saved = exchange.SaveSnapshot();
        var held = new byte[saved.Length];

        golden.Rewind();
        golden.Read(held);

        Assert.That(held.AsSpan().SequenceEqual(saved), Is.True);
        Assert.That(golden.CheckComplete, Throws.Nothing);
    }

    /// <summary>What state, views and their order of saving come to is the same as then, whatever way led there.</summary>
    [Test]
    public void Snapshot_taken_of_the_golden_journal_is_the_golden_one_byte_for_byte()
    {
        var disk = GoldenData.Of(GoldenData.CurrentName).ReadDisk();
        var store = new SnapshotStore(disk);
        var sequence = store.List().Single();
        var golden = ContentOf(disk, sequence);
        disk.Remove(store.NameOf(sequence));

        new Snapshotter<RiskPort, LedgerPort>(
            disk, new PipelineOptions(), store, BareExchange.NewParts, new ManualClock(), TestContext.Out.WriteLine).Take(sequence, CancellationToken.None);

        Assert.That(ContentOf(disk, sequence).AsSpan().SequenceEqual(golden), Is.True);
    }

    [Test]
    public void This_builds_format_has_golden_data() =>
        Assert.That(GoldenData.Names, Does.Contain(GoldenData.CurrentName), $"write it: dotnet Exchange.Tests.dll {GoldenData.Command}");

    /// <summary>A journal that holds few kinds of things proves little.</summary>
    [Test]
    public void Golden_journal_of_this_format_holds_every_kind_of_command_and_event()
    {
        using var reader = new JournalReader(GoldenData.Of(GoldenData.CurrentName).ReadDisk());
        var commands = new HashSet<CommandType>();
        var events = new HashSet<EventType>();
        while (reader.TryReadGroup(out var records))
        {
            for (; !records.IsEmpty; records = records[new Record(records).Bytes.Length..])
            {
                var record = new Record(records);
                commands.Add(record.CommandType);
                for (var cursor = record.Events; cursor.MoveNext();)
                {
                    events.Add(cursor.Type);
                }
            }
        }

        // Requests travel inside Administer; work is abandoned only where continuing it has broken the engine.
        Assert.That(
            Enum.GetValues<CommandType>().Except(commands).Where(type => type != CommandType.AbandonWork && (!type.IsRequest() || (byte)type < FirstRequest)), Is.Empty);
        Assert.That(Enum.GetValues<EventType>().Except(events), Is.Empty);
    }

    /// <summary>Without the header, which names the build.</summary>
    private static byte[] ContentOf(FaultyDisk disk, long sequence) =>
        disk.Contents()[new SnapshotStore(disk).NameOf(sequence)][SnapshotFormat.HeaderSize..];
}
