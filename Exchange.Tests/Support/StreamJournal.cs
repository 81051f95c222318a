using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>A generated stream as the engine records it: its records, and the state hash behind each of them.</summary>
internal sealed class StreamJournal
{
    private readonly List<byte[]> _records = [];
    private readonly List<ulong> _hashes = [];

    /// <param name="withHashes">Whether the state is hashed behind every record: slow for long streams.</param>
    public StreamJournal(ulong seed, int commands, bool withHashes)
    {
        Commands = CommandStream.Generate(seed, commands);
        using var exchange = new BareExchange();
        _hashes.Add(exchange.Engine.ComputeStateHash());
        foreach (var command in Commands)
        {
            exchange.Execute(command, record =>
            {
                _records.Add(record);
                if (withHashes)
                {
                    _hashes.Add(exchange.Engine.ComputeStateHash());
                }
            });
        }

        FinalHash = exchange.Engine.ComputeStateHash();
        FinalViews = exchange.ViewsText();
    }

    public List<StreamCommand> Commands { get; }

    /// <summary>In the order of their sequences, from 1.</summary>
    public IReadOnlyList<byte[]> Records => _records;

    public ulong FinalHash { get; }

    public string FinalViews { get; }

    /// <summary>Returns the state hash behind the record of <paramref name="sequence"/>; 0 is before the first.</summary>
    public ulong HashBehind(long sequence) => _hashes[(int)sequence];

    /// <summary>Appends the records from <paramref name="from"/> (an index) to before <paramref name="to"/> in random groups; tells each durable sequence.</summary>
    public void Write(JournalAppender appender, Random random, int from, int to, Action<long>? onDurable = null)
    {
        for (var next = from; next < to;)
        {
            for (var left = random.Next(1, random.Next(4) == 0 ? 60 : 6); left > 0 && next < to; left--)
            {
                appender.Append(_records[next++]);
            }

            var durable = appender.Commit();
            onDurable?.Invoke(durable);
        }
    }

    /// <summary>Returns a disk with the whole stream on it.</summary>
    public FaultyDisk ToDisk(int seed)
    {
        var disk = new FaultyDisk();
        using var appender = Open(disk, JournalEnd.Empty);
        Write(appender, new Random(seed), 0, _records.Count);
        return disk;
    }

    public static JournalAppender Open(IStorage storage, JournalEnd end) => new(storage, end, epoch: Math.Max(end.Epoch, 1), JournalFixture.Options);
}
