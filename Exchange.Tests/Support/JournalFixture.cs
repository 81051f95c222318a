using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>Makes records, writes them as groups and reads journals back, for tests.</summary>
internal static class JournalFixture
{
    public const string FirstSegment = "journal/00000000000000000001.seg";

    public const long SegmentBytes = 1 << 20;

    /// <summary>Small segments, no threads.</summary>
    public static JournalOptions Options { get; } = new()
    {
        SegmentBytes = SegmentBytes,
        PrepareInBackground = false,
        BuildId = "test build",
    };

    /// <summary>Returns one record of <paramref name="length"/> bytes whose content follows from sequence and <paramref name="salt"/>; none of it is zero.</summary>
    public static byte[] Record(long sequence, int length, int salt = 0)
    {
        var record = new byte[length];
        for (var i = RecordHeader.Size; i < length; i++)
        {
            record[i] = (byte)(1 + (sequence * 31 + i * 7 + salt) % 255);
        }

        MemoryMarshal.Write(record, new RecordHeader
        {
            Length = length,
            CommandType = CommandType.PlaceOrder,
            BodyLength = 0,
            Sequence = sequence,
            TimeUs = 1_000_000 + sequence * 10,
        });
        return record;
    }

    /// <summary>Commits one group of one record per length, beginning with the appender's next sequence; returns the records.</summary>
    public static List<byte[]> Commit(JournalAppender appender, params int[] lengths)
    {
        var records = new List<byte[]>();
        foreach (var length in lengths)
        {
            var record = Record(appender.NextSequence, length);
            appender.Append(record);
            records.Add(record);
        }

        appender.Commit();
        return records;
    }

    /// <summary>Returns a disk with one segment that holds one group for each inner array of record lengths.</summary>
    public static FaultyDisk Written(params int[][] groups)
    {
        var disk = new FaultyDisk();
        using var appender = Open(disk);
        foreach (var lengths in groups)
        {
            Commit(appender, lengths);
        }

        return disk;
    }

    /// <summary>Reads the journal, cuts a torn group and opens an appender at the end.</summary>
    public static JournalAppender Open(IStorage storage, JournalOptions? options = null, long epoch = 1) =>
        new(storage, JournalTail.Cut(storage, ReadAll(storage).End, _ => { }), epoch, options ?? Options);

    /// <summary>Returns whether both hold the same records in the same order; fast, where a constraint would box every byte.</summary>
    public static bool Same(IEnumerable<byte[]> records, IEnumerable<byte[]> others) =>
        records.SequenceEqual(others, EqualityComparer<byte[]>.Create((one, other) => one.AsSpan().SequenceEqual(other)));

    /// <summary>Returns all records of the journal and its end.</summary>
    public static (List<byte[]> Records, JournalEnd End) ReadAll(IStorage storage, long fromSequence = 1)
    {
        using var reader = new JournalReader(storage, fromSequence);
        var records = new List<byte[]>();
        while (reader.TryReadGroup(out var group))
        {
            for (var rest = group; !rest.IsEmpty;)
            {
                var record = new Record(rest).Bytes;
                records.Add(record.ToArray());
                rest = rest[record.Length..];
            }
        }

        return (records, reader.End);
    }
}
