using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication.Aws;
using Exchange.Replication.Following;

namespace Exchange.Replication.Messages;

/// <summary>
/// A queue or stream as a store. What was delivered cannot be taken back or looked at, so <see cref="Rebuild"/> sets the position back to the
/// journal's beginning, from where the next start sends everything again (consumers pass over what they have), and <see cref="Verify"/> compares the
/// position with the journal.
/// </summary>
internal abstract class EventStore(StoreSurroundings surroundings) : IReplicatedStore
{
    public abstract string Name { get; }

    public abstract bool IsOn { get; }

    public IReplicator NewReplicator() => new EventReplicator(
        NewTarget(),
        () => new FileStorage(surroundings.DataDirectory, JournalSyncMethod.Fdatasync, _ => { }),
        RequestsAtOnce,
        BatchMessages);

    public long Rebuild(IStorage journal, long endSequence)
    {
        PositionFile.Delete(journal, Name);
        return 0;
    }

    public StoreVerification Verify(IStorage journal, long endSequence)
    {
        var (position, state) = new PositionFile(journal, Name, NameOfTarget()).Read();
        if (position.Sequence > endSequence)
        {
            throw new RebuildNeededException($"its position {position.Sequence} lies behind the journal's end {endSequence}");
        }

        var symbols = new SymbolsOnly();
        using var follower = new JournalFollower(symbols, journal, () => position.Sequence, int.MaxValue);
        while (follower.Step())
        {
        }

        List<string> differences = [];
        if (follower.Position != position)
        {
            differences.Add($"position: it stands behind another record of sequence {position.Sequence} than this journal has");
        }

        if (position.Sequence > 0 && !symbols.State.Save().AsSpan().SequenceEqual(state))
        {
            differences.Add("symbols: those that it keeps are not the journal's");
        }

        return new StoreVerification(position.Sequence, differences)
        {
            Limit = "position and symbols alone: what was delivered cannot be looked at",
        };
    }

    /// <exception cref="IOException">It cannot be asked, or is not as it must be.</exception>
    private string NameOfTarget()
    {
        using var target = NewTarget();
        try
        {
            return target.OpenAsync().GetAwaiter().GetResult();
        }
        catch (Exception failure) when (AwsFailure.IsOfService(failure))
        {
            throw new IOException(failure.Message, failure);
        }
    }

    protected abstract int RequestsAtOnce { get; }

    protected abstract int BatchMessages { get; }

    protected abstract IEventTarget NewTarget();

    /// <summary>Follows the journal for the symbols alone.</summary>
    private sealed class SymbolsOnly : IReplicator
    {
        public SymbolState State { get; } = new();

        public string Name => "verify";

        public int PendingCount => 0;

        public long RoundTrips => 0;

        public JournalPosition Open() => default;

        public void Apply(long epoch, in Record record) => State.Apply(record);

        public void Commit(in JournalPosition position)
        {
        }

        public void Close()
        {
        }
    }
}
