using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Exchange.Replication;

/// <summary>The positions, read from the journal's own counter at every call, and the replicators that the options ask for.</summary>
internal sealed class ReplicationModule : IReplicationModule, IDisposable
{
    private readonly Func<long> _durableSequence;
    private readonly FollowingOptions _following;
    private readonly SqlOptions _sql;
    private readonly string _sqlPath;
    private readonly SqlStoreFiles _sqlFiles;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _registrations = [];
    private volatile ReplicatorThread[] _threads = [];
    private volatile ReplicatorThread? _sqlThread;

    /// <param name="dataDirectory">Where stores lie that are files.</param>
    public ReplicationModule(Func<long> durableSequence, string dataDirectory, FollowingOptions following, SqlOptions sql, ILogger logger)
    {
        _durableSequence = durableSequence;
        _following = following;
        _sql = sql;
        _sqlPath = Path.Combine(Path.GetFullPath(dataDirectory), SqliteFile.DefaultName);
        _sqlFiles = new SqlStoreFiles(_sqlPath, sql, following);
        _logger = logger;
        History = sql.Provider == "none" ? new NoHistory() : NewHistory();
    }

    public long DurableSequence => _durableSequence();

    public long ReplicableSequence => _durableSequence();

    public IHistory History { get; }

    public IReadOnlyList<ReplicatorStatus> Replicators => [.. _threads.Select(thread => thread.Status)];

    public void Prepare(IStorage storage, JournalFollowers followers)
    {
        if (_sql.Provider == "none")
        {
            return;
        }

        var thread = new ReplicatorThread(_sqlFiles.NewReplicator(_sqlPath), storage, () => ReplicableSequence, _following, _logger);
        _sqlThread = thread;
        _threads = [thread];
        _registrations.Add(followers.Register(thread));
    }

    public Task StartAsync()
    {
        Array.ForEach(_threads, thread => thread.Start());
        return Task.WhenAll(_threads.Select(thread => thread.FirstStep));
    }

    public void Stop()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _registrations.Clear();
        Array.ForEach(_threads, thread => thread.Dispose());
    }

    public long Rebuild(string store, IStorage storage, long endSequence) => Files(store).Rebuild(storage, endSequence);

    public StoreVerification Verify(string store, IStorage storage, long endSequence)
    {
        var (sequence, differences) = Files(store).Verify(storage, endSequence);
        return new StoreVerification(sequence, differences);
    }

    public void Dispose()
    {
        Stop();
        (History as IDisposable)?.Dispose();
    }

    private SqlStoreFiles Files(string store) => store == "sql" && _sql.Provider != "none"
        ? _sqlFiles
        : throw new ArgumentException($"no store '{store}' is configured: write sql", nameof(store));

    private SqlHistory NewHistory()
    {
        var reading = SqliteFile.ReadingString(_sqlPath, _sql.BusyTimeoutMs);
        return new SqlHistory(
            () => new SqliteConnection(reading),
            () => _sqlThread?.UsablePosition ?? 0,
            _sql.QueriesAtOnce,
            TimeSpan.FromMilliseconds(_sql.BusyTimeoutMs));
    }
}
