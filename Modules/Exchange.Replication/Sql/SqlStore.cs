using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Exchange.Replication.Sql.Postgres;
using Exchange.Replication.Sql.Sqlite;
using Microsoft.Extensions.Options;

namespace Exchange.Replication.Sql;

/// <summary>The history store, on the database that the options name.</summary>
internal sealed class SqlStore : IHistoryStore
{
    private readonly SqlOptions _options;
    private readonly FollowingOptions _following;
    private readonly ISqlDatabase _database;

    public SqlStore(IOptions<SqlOptions> options, StoreSurroundings surroundings)
        : this(options.Value, surroundings.Following, DatabaseOf(options.Value, surroundings.DataDirectory))
    {
    }

    public SqlStore(SqlOptions options, FollowingOptions following, ISqlDatabase database)
    {
        _options = options;
        _following = following;
        _database = database;
    }

    public string Name => "sql";

    public bool IsOn => _options.Provider != SqlOptions.None;

    public IReplicator NewReplicator() => NewReplicator(_database.Place);

    /// <summary>Builds a history beside the present one and puts it in its place.</summary>
    public long Rebuild(IStorage journal, long endSequence)
    {
        var fresh = _database.PlaceBeside("rebuild");
        _database.Delete(fresh);
        var sequence = Build(fresh, journal, endSequence);
        _database.PutInPlace(fresh);
        return sequence;
    }

    /// <summary>Builds a history up to the position of the present one and compares every row.</summary>
    public StoreVerification Verify(IStorage journal, long endSequence)
    {
        if (!_database.Exists(_database.Place))
        {
            throw new RebuildNeededException($"there is no '{_database.Place}'");
        }

        JournalPosition position;
        using (var writer = _database.OpenForWriting(_database.Place))
        {
            position = writer.ReadPosition().Position;
        }

        if (position.Sequence > endSequence)
        {
            throw new RebuildNeededException($"its position {position.Sequence} lies behind the journal's end {endSequence}");
        }

        var fresh = _database.PlaceBeside("verify");
        _database.Delete(fresh);
        try
        {
            Build(fresh, journal, position.Sequence);
            return new StoreVerification(position.Sequence, _database.Differences(_database.Place, fresh));
        }
        finally
        {
            _database.Delete(fresh);
        }
    }

    public IHistory NewHistory(Func<long> usablePosition) => new SqlHistory(
        _database.NewReader, usablePosition, _options.QueriesAtOnce, TimeSpan.FromMilliseconds(_options.BusyTimeoutMs));

    private static ISqlDatabase DatabaseOf(SqlOptions options, string dataDirectory) => options.Provider == SqlOptions.Postgres
        ? new PostgresDatabase(options)
        : new SqliteDatabase(Path.Combine(dataDirectory, SqliteFile.DefaultName), options);

    private SqlReplicator NewReplicator(string place) => new(() => _database.OpenForWriting(place), _options.OpenOrdersCached);

    private long Build(string place, IStorage journal, long end)
    {
        using var follower = new JournalFollower(NewReplicator(place), journal, () => end, _following.BatchUnits);
        while (follower.Step())
        {
        }

        return follower.Position.Sequence;
    }
}
