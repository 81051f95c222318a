using System.Collections.Concurrent;
using Exchange.Matching.Journal;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>What an undamaged journal says, executed from its first record without any snapshot. Any thread.</summary>
/// <param name="records">All records, from sequence 1, deleted segments' too.</param>
/// <param name="newExchange">Makes an empty exchange with the views that snapshots hold.</param>
internal sealed class DamageTruth(IReadOnlyList<byte[]> records, Func<BareExchange> newExchange)
{
    private readonly ConcurrentDictionary<long, byte[]> _saved = new();

    public long LastSequence => records.Count;

    public BareExchange NewExchange() => newExchange();

    /// <summary>Returns the state of engine and views behind a record, as a snapshot would hold it.</summary>
    public byte[] SavedBehind(long sequence) => _saved.GetOrAdd(sequence, Execute);

    private byte[] Execute(long sequence)
    {
        var disk = new FaultyDisk();
        using (var appender = JournalFixture.Open(disk))
        {
            for (var i = 0; i < sequence; i++)
            {
                appender.Append(records[i]);
                if (i % 16 == 15)
                {
                    appender.Commit();
                }
            }

            appender.Commit();
        }

        using var exchange = newExchange();
        exchange.Recover(disk);
        return exchange.SaveSnapshot();
    }
}
