using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication.Following;

namespace Exchange.Replication;

/// <summary>The positions, read from the journal's own counter at every call, and a replicator for every store that the options switch on.</summary>
internal sealed class ReplicationModule : IReplicationModule, IDisposable
{
    /// <summary>What the verbs call the archive, which is no store.</summary>
    private const string ArchiveName = "archive";

    private readonly Func<long> _durableSequence;
    private readonly StoreSurroundings _surroundings;
    private readonly IReplicatedStore[] _stores;
    private readonly string? _historyStore;
    private readonly List<IDisposable> _registrations = [];
    private volatile ReplicatorThread[] _threads = [];

    /// <param name="stores">Every kind that there is, whether on or not.</param>
    /// <param name="archive">Owned from here on; null for none.</param>
    public ReplicationModule(Func<long> durableSequence, StoreSurroundings surroundings, IEnumerable<IReplicatedStore> stores, IArchive? archive = null)
    {
        _durableSequence = durableSequence;
        _surroundings = surroundings;
        Archive = archive;
        _stores = [.. stores.Where(store => store.IsOn)];
        var history = _stores.OfType<IHistoryStore>().SingleOrDefault();
        _historyStore = history?.Name;
        History = history is null ? new NoHistory() : history.NewHistory(() => UsablePosition(history.Name));
    }

    public long DurableSequence => _durableSequence();

    public long ReplicableSequence => _durableSequence();

    public IHistory History { get; }

    public IArchive? Archive { get; }

    public IReadOnlyList<ReplicatorStatus> Replicators => [.. _threads.Select(thread => thread.Status)];

    public void Prepare(IStorage storage, JournalFollowers followers)
    {
        _threads =
        [
            .. _stores.Select(store => new ReplicatorThread(
                store.NewReplicator(), storage, () => ReplicableSequence, _surroundings.Following, _surroundings.Logger)),
        ];
        _registrations.AddRange(_threads.Select(followers.Register));
    }

    public void Recovered(IStorage storage, long sequence)
    {
        foreach (var store in _stores.OfType<IRecoveredStore>())
        {
            store.Recovered(storage, sequence, () => ReplicableSequence);
        }
    }

    public async Task StartAsync()
    {
        Array.ForEach(_threads, thread => thread.Start());
        var opened = Task.WhenAll(_threads.Where(thread => thread.Name == _historyStore).Select(thread => thread.Opened));

        // Either way: what the store cannot tell yet is answered 503, and trading needs none of it.
        await Task.WhenAny(opened, Task.Delay(_surroundings.Following.OpenWaitMs)).ConfigureAwait(false);
    }

    public void Stop()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _registrations.Clear();

        // All are told before one is waited for: together they take as long as the slowest.
        Array.ForEach(_threads, thread => thread.AskToStop());
        Array.ForEach(_threads, thread => thread.Dispose());
    }

    public long Rebuild(string store, IStorage storage, long endSequence) => store == ArchiveName
        ? throw new ArgumentException("the archive is not made from the journal, which has less than it: the housekeeping of a running exchange fills it", nameof(store))
        : Store(store).Rebuild(Whole(storage), endSequence);

    public StoreVerification Verify(string store, IStorage storage, long endSequence)
    {
        if (store != ArchiveName)
        {
            return Store(store).Verify(Whole(storage), endSequence);
        }

        var check = ArchiveCheck.Run(
            storage, Archive ?? throw new ArgumentException("no archive is configured: set Exchange:Archive:Directory or Exchange:Archive:Bucket", nameof(store)), endSequence);
        return new StoreVerification(check.LastSequence, check.Differences);
    }

    public void Dispose()
    {
        Stop();
        (History as IDisposable)?.Dispose();
        (Archive as IDisposable)?.Dispose();
    }

    private IStorage Whole(IStorage storage) => Archive is null ? storage : new ArchivedJournal(storage, Archive);

    private long UsablePosition(string store)
    {
        foreach (var thread in _threads)
        {
            if (thread.Name == store)
            {
                return thread.UsablePosition;
            }
        }

        return 0;
    }

    private IReplicatedStore Store(string name) =>
        _stores.FirstOrDefault(store => store.Name == name)
        ?? throw new ArgumentException(
            $"no store '{name}' is configured: " + (_stores.Length == 0 ? "none is" : $"write {string.Join(" or ", _stores.Select(store => store.Name))}"),
            nameof(name));
}
