using Exchange.Matching.Journal;

namespace Exchange.Tests.Support.PowerLoss;

/// <summary>The whole journal of a traced run, segments that were pruned included, and the state behind each of its groups.</summary>
internal sealed class MasterJournal
{
    private readonly List<byte[]> _records = [];
    private readonly Dictionary<long, ulong> _hashBehind = [];

    /// <param name="disk">At the end of its trace.</param>
    public MasterJournal(TracedDisk disk)
    {
        var files = new FaultyDisk();
        foreach (var (name, bytes) in disk.EverNamed(JournalFormat.SegmentSuffix))
        {
            files.Put("journal/" + Path.GetFileName(name), bytes);
        }

        using (var reader = new JournalReader(files))
        {
            while (reader.TryReadGroup(out var records))
            {
                for (; !records.IsEmpty; records = records[_records[^1].Length..])
                {
                    _records.Add(new Exchange.Matching.Events.Record(records).Bytes.ToArray());
                }
            }
        }

        using var exchange = new BareExchange();
        _hashBehind[0] = exchange.Engine.ComputeStateHash();
        exchange.Recover(files, sequence => _hashBehind[sequence] = exchange.Engine.ComputeStateHash());
    }

    public int Length => _records.Count;

    /// <summary>Returns the record of a sequence, from 1.</summary>
    public ReadOnlySpan<byte> Record(long sequence) => _records[(int)sequence - 1];

    /// <summary>Returns the state hash behind a sequence that ends a group (0: before the first); null for any other.</summary>
    public ulong? HashBehind(long sequence) => _hashBehind.TryGetValue(sequence, out var hash) ? hash : null;
}
