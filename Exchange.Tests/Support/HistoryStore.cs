using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Exchange.Replication.Sql.Postgres;
using Exchange.Replication.Sql.Sqlite;
using Exchange.Tests.Support.Services;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Exchange.Tests.Support;

/// <summary>
/// A history of its own that goes with this object: a SQLite file, or a schema of the test run's PostgreSQL. One that was given an address stays.
/// </summary>
internal sealed class HistoryStore : IDisposable
{
    private readonly DirectoryInfo? _folder;
    private readonly SqlOptions _options;
    private readonly bool _stays;

    /// <param name="path">A SQLite file that stays; null for one in a folder of its own.</param>
    public HistoryStore(string? path = null)
    {
        _folder = path is null ? Directory.CreateTempSubdirectory("exchange-history-") : null;
        _stays = path is not null;
        _options = new SqlOptions { BusyTimeoutMs = 0, CacheMegabytes = 8 };
        Address = path ?? Path.Combine(_folder!.FullName, SqliteFile.DefaultName);
        Database = NewDatabase();
    }

    private HistoryStore(string connection, string schema, bool stays, bool isImpatient = false)
    {
        _stays = stays;
        _options = PostgresOptions(connection, schema, isImpatient);
        Address = $"{connection}|{schema}";
        Database = NewDatabase();
    }

    /// <summary>What <see cref="At"/> finds it by, in another process too; the path of a SQLite file.</summary>
    public string Address { get; }

    public ISqlDatabase Database { get; }

    /// <summary>The path of a SQLite history's file.</summary>
    public string FilePath => IsPostgres ? throw new InvalidOperationException("this history is no file") : Address;

    /// <summary>Settings of a host that keeps its history here; none for SQLite, whose file lies in the host's own data directory.</summary>
    public Dictionary<string, string> HostSettings => IsPostgres
        ? new()
        {
            ["Exchange__Replication__Sql__Provider"] = _options.Provider,
            ["Exchange__Replication__Sql__ConnectionString"] = _options.ConnectionString,
            ["Exchange__Replication__Sql__Schema"] = _options.Schema,
        }
        : [];

    private bool IsPostgres => _options.Provider == "postgres";

    /// <param name="connection">A server that is about to fail, which a second finds out; null for the test run's, waited for on a busy machine.</param>
    public static HistoryStore OnPostgres(string? connection = null) => new(
        connection ?? LocalServices.Shared.PostgresConnection, LocalServices.NewName("history").Replace('-', '_'), stays: false, isImpatient: connection is not null);

    /// <summary>Makes a history on <c>sqlite</c> or <c>postgres</c>.</summary>
    public static HistoryStore On(string provider) => provider == "postgres" ? OnPostgres() : new HistoryStore();

    /// <summary>Returns the history at an address, which stays.</summary>
    public static HistoryStore At(string address) =>
        address.Split('|') is [var connection, var schema] ? new HistoryStore(connection, schema, stays: true) : new HistoryStore(address);

    private static SqlOptions PostgresOptions(string connection, string schema, bool isImpatient) => new()
    {
        Provider = "postgres",
        ConnectionString = connection,
        Schema = schema,
        BusyTimeoutMs = isImpatient ? 500 : 30_000,
        ConnectTimeoutSeconds = isImpatient ? 1 : 30,
        CommandTimeoutSeconds = isImpatient ? 1 : 60,
    };

    /// <param name="beforeStatement">Called before every statement of the writer; what it throws fails the statement.</param>
    public SqlReplicator NewReplicator(Action<string>? beforeStatement = null, int openOrdersCached = 1_000)
    {
        var database = NewDatabase(beforeStatement);
        return new SqlReplicator(() => database.OpenForWriting(database.Place), openOrdersCached);
    }

    /// <summary>Returns it as the module's store, for its verbs.</summary>
    public SqlStore NewStore() => new(_options, new FollowingOptions(), NewDatabase());

    /// <summary>Brings the store to the durable end of a journal.</summary>
    public HistoryStore Follow(IStorage journal, long end, int batchCount = 500)
    {
        using var follower = new JournalFollower(NewReplicator(), journal, () => end, batchCount);
        while (follower.Step())
        {
        }

        return this;
    }

    public IReadOnlyList<string> DifferencesFrom(HistoryStore other) => Database.Differences(Database.Place, other.Database.Place);

    /// <summary>Returns what the query returns, values apart by '|', one row each.</summary>
    public List<string> Rows(string sql)
    {
        using var connection = IsPostgres ? Database.NewReader() : new SqliteConnection($"Data Source={FilePath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => $"{reader.GetValue(column)}")));
        }

        return rows;
    }

    public long Number(string sql) => long.Parse(Rows(sql).Single(), System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        if (IsPostgres)
        {
            using (var connection = (NpgsqlConnection)Database.NewReader())
            {
                NpgsqlConnection.ClearPool(connection);
            }

            if (!_stays)
            {
                Database.Delete(Database.Place);
            }
        }
        else
        {
            SqliteConnection.ClearAllPools();
            _folder?.Delete(recursive: true);
        }
    }

    private ISqlDatabase NewDatabase(Action<string>? beforeStatement = null) => IsPostgres
        ? new PostgresDatabase(_options, beforeStatement)
        : new SqliteDatabase(Address, _options, beforeStatement);
}
