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

        var thread = new ReplicatorThread(NewSqlReplicator(_sqlPath), storage, () => ReplicableSequence, _following, _logger);
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

    public void Dispose()
    {
        Stop();
        (History as IDisposable)?.Dispose();
    }

    private SqlReplicator NewSqlReplicator(string path) => new(
        () => new SqliteWriter(SqliteFile.OpenForWriting(path, _sql.BusyTimeoutMs, _sql.CacheMegabytes)), _sql.OpenOrdersCached);

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
