using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Benchmarks.Durable;

/// <summary>What stands in a journal: read back, with every checksum, after the pipeline has stopped.</summary>
internal sealed class JournalCensus
{
    private readonly Dictionary<CommandType, (long Count, long Bytes)> _byType = [];

    public long Records { get; private set; }

    public long RecordBytes { get; private set; }

    public long Groups { get; private set; }

    public long Trades { get; private set; }

    public long Rejects { get; private set; }

    /// <summary>Bytes of a limit order that rests whole, smallest and largest; 0 when there was none.</summary>
    public int LimitOrderMinBytes { get; private set; }

    public int LimitOrderMaxBytes { get; private set; }

    /// <summary>Number and mean bytes of the records of each command type.</summary>
    public IReadOnlyDictionary<CommandType, (long Count, long Bytes)> ByType => _byType;

    /// <param name="maxBytes">Record bytes after which the reading ends.</param>
    public static JournalCensus Read(IStorage storage, long maxBytes)
    {
        var census = new JournalCensus();
        using var reader = new JournalReader(storage);
        while (census.RecordBytes < maxBytes && reader.TryReadGroup(out var records))
        {
            census.Groups++;
            while (!records.IsEmpty)
            {
                var record = new Record(records);
                census.Add(record);
                records = records[record.Bytes.Length..];
            }
        }

        return census;
    }

    private void Add(Record record)
    {
        Records++;
        RecordBytes += record.Bytes.Length;
        var (count, bytes) = _byType.GetValueOrDefault(record.CommandType);
        _byType[record.CommandType] = (count + 1, bytes + record.Bytes.Length);
        var events = record.Events;
        while (events.MoveNext())
        {
            switch (events.Type)
            {
                case EventType.TradeExecuted:
                    Trades++;
                    break;
                case EventType.CommandRejected:
                    Rejects++;
                    break;
                case EventType.OrderAccepted when events.As<OrderAccepted>().RestsWhole != 0:
                    LimitOrderMinBytes = LimitOrderMinBytes == 0 ? record.Bytes.Length : Math.Min(LimitOrderMinBytes, record.Bytes.Length);
                    LimitOrderMaxBytes = Math.Max(LimitOrderMaxBytes, record.Bytes.Length);
                    break;
            }
        }
    }
}
