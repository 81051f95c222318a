using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>Journals whose checksums and chain are right and whose content is not.</summary>
[TestFixture]
[Parallelizable]
public sealed class ForgedJournalTests
{
    private StreamJournal _stream = null!;

    [OneTimeSetUp]
    public void Write() => _stream = new StreamJournal(seed: 301, commands: 700, withHashes: false);

    [Test]
    public void The_forge_itself_makes_a_journal_that_verifies()
    {
        var disk = _stream.ToDisk(seed: 1);
        JournalForge.Alter(disk, 50, _ => { });

        using var recovered = new BareExchange();
        recovered.Recover(disk);
        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(_stream.FinalHash));
    }

    [Test]
    public void A_changed_event_byte_refuses_the_start_and_names_the_sequence([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        var sequence = SequenceWhere(random, record => record.Length > RecordHeader.Size + HeaderOf(record).BodyLength);
        var record = _stream.Records[(int)sequence - 1];
        var at = random.Next(RecordHeader.Size + HeaderOf(record).BodyLength, record.Length);
        var change = (byte)random.Next(1, 256);

        IsRefused(sequence, bytes => bytes[at] ^= change);
    }

    [Test]
    public void A_changed_flag_refuses_the_start()
    {
        var sequence = SequenceWhere(new Random(1), record => HeaderOf(record).Flags == RecordFlags.None);

        IsRefused(sequence, bytes => bytes[5] ^= (byte)RecordFlags.Continues);
    }

    [Test]
    public void A_command_whose_outcome_would_be_another_refuses_the_start([Range(1, 20)] int seed)
    {
        // The amount of an adjustment that was accepted stands in its event too.
        var sequence = SequenceWhere(new Random(seed), record => HeaderOf(record).CommandType == CommandType.AdjustBalance && !IsReject(record));

        IsRefused(sequence, bytes => bytes[RecordHeader.Size + 6] ^= 1);
    }

    /// <summary>
    /// The residue: a command is input, so one that was exchanged for another with the same outcome replays to itself. Whatever does not is refused.
    /// </summary>
    [Test]
    public void A_changed_command_byte_is_refused_unless_the_changed_command_has_that_very_record([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        var sequence = SequenceWhere(random, record => HeaderOf(record).BodyLength > 0 && !IsReject(record));
        var at = RecordHeader.Size + random.Next(HeaderOf(_stream.Records[(int)sequence - 1]).BodyLength);
        var bit = (byte)(1 << random.Next(8));
        var disk = _stream.ToDisk(seed);
        JournalForge.Alter(disk, sequence, bytes => bytes[at] ^= bit);
        var before = disk.Contents();

        using var recovered = new BareExchange();
        try
        {
            recovered.Recover(disk);
            Assert.That(recovered.Engine.FindInconsistency(), Is.Null);
        }
        catch (ReplayMismatchException mismatch)
        {
            Assert.That(mismatch.Sequence, Is.GreaterThanOrEqualTo(sequence));
        }

        Assert.That(disk.Contents(), Is.EqualTo(before), "recovery writes nothing");
    }

    [TestCase((byte)0)]
    [TestCase((byte)99)]
    [TestCase((byte)200)]
    [TestCase((byte)255)]
    public void An_unknown_command_type_refuses_the_start(byte type)
    {
        var sequence = SequenceWhere(new Random(type), _ => true);

        Assert.That(IsRefused(sequence, bytes => bytes[4] = type).Message, Does.Contain("unknown"));
    }

    [TestCase((byte)0)]
    [TestCase((byte)99)]
    [TestCase((byte)255)]
    public void An_unknown_event_type_refuses_the_start_and_tells_of_a_newer_build(byte type)
    {
        var sequence = SequenceWhere(new Random(type), record => record.Length > RecordHeader.Size + HeaderOf(record).BodyLength);

        Assert.That(
            IsRefused(sequence, bytes => bytes[RecordHeader.Size + HeaderOf(bytes.ToArray()).BodyLength] = type).Message,
            Does.Contain($"event type {type} is unknown").And.Contain("newer build"));
    }

    [Test]
    public void A_newer_logic_version_refuses_the_start_and_tells_of_a_newer_build()
    {
        const int LogicVersionOffset = RecordHeader.Size + 1;
        const int Newer = GenesisCommand.CurrentLogicVersion + 1;

        Assert.That(
            IsRefused(1, bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes[LogicVersionOffset..], Newer)).Message,
            Does.Contain($"logic version {Newer} is unknown, this build executes up to {GenesisCommand.CurrentLogicVersion}").And.Contain("newer build"));
    }

    [Test]
    public void A_command_that_became_another_type_refuses_the_start([Values] CommandType type)
    {
        var sequence = SequenceWhere(new Random((int)type), record => HeaderOf(record).CommandType == CommandType.PlaceOrder && type != CommandType.PlaceOrder
            || HeaderOf(record).CommandType == CommandType.CancelOrder && type == CommandType.PlaceOrder);

        IsRefused(sequence, bytes => bytes[4] = (byte)type);
    }

    [Test]
    public void Journal_time_that_goes_back_refuses_the_start()
    {
        var sequence = SequenceWhere(new Random(3), record => HeaderOf(record).Sequence > 100);
        var disk = _stream.ToDisk(seed: 3);
        JournalForge.Alter(disk, sequence, bytes =>
        {
            var header = MemoryMarshal.Read<RecordHeader>(bytes);
            header.TimeUs -= 3_600_000_000;
            MemoryMarshal.Write(bytes, header);
        });
        var before = disk.Contents();

        using var recovered = new BareExchange();
        Assert.That(() => recovered.Recover(disk), Throws.TypeOf<JournalDamagedException>());
        Assert.That(disk.Contents(), Is.EqualTo(before));
    }

    private ReplayMismatchException IsRefused(long sequence, JournalForge.Alteration alteration)
    {
        var disk = _stream.ToDisk((int)sequence);
        JournalForge.Alter(disk, sequence, alteration);
        var before = disk.Contents();

        using var recovered = new BareExchange();
        var mismatch = Assert.Throws<ReplayMismatchException>(() => recovered.Recover(disk))!;

        Assert.That(mismatch.Sequence, Is.EqualTo(sequence));
        Assert.That((mismatch.File, mismatch.Offset), Is.EqualTo(JournalForge.PlaceOf(disk, sequence)));
        Assert.That(mismatch.Message, Does.Contain($"sequence {sequence}, '{mismatch.File}' offset {mismatch.Offset}"));
        Assert.That(disk.Contents(), Is.EqualTo(before), "a refused start leaves the files as they were");
        return mismatch;
    }

    private long SequenceWhere(Random random, Func<byte[], bool> isWanted)
    {
        var wanted = _stream.Records.Where(isWanted).ToArray();
        return HeaderOf(wanted[random.Next(wanted.Length)]).Sequence;
    }

    private static RecordHeader HeaderOf(byte[] record) => new Record(record).Header;

    private static bool IsReject(byte[] record)
    {
        var events = new Record(record).Events;
        return events.MoveNext() && events.Type == EventType.CommandRejected;
    }
}
