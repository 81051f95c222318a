using Exchange.Replication;
using Exchange.Replication.Sql;
using Exchange.Replication.Sql.Postgres;
using Exchange.Replication.Sql.Sqlite;

namespace Exchange.Benchmarks.History;

/// <summary>A history for a measurement, deleted with this object unless it is to stay: a file, or a schema of the server that EXCHANGE_POSTGRES names.</summary>
internal sealed class HistoryDatabase : IDisposable
{
    public const string ProviderOption = "--provider";
    public const string ProviderHelp =
        $"{ProviderOption} P    sqlite (default), or postgres: the server that EXCHANGE_POSTGRES names, as 'infra/local/services up' prints it";

    private const string ConnectionVariable = "EXCHANGE_POSTGRES";

    public const string PlaceOption = "--keep";
    public const string PlaceHelp = $"{PlaceOption} NAME     keeps what was written under this name (a file in DIR, a schema), and asks it alone when it is there already";

    public const string ConnectionHelp = "PostgreSQL is the server that EXCHANGE_POSTGRES names, as 'infra/local/services up' prints it";

    private readonly bool _stays;

    private HistoryDatabase(ISqlDatabase database, bool stays)
    {
        Database = database;
        _stays = stays;
    }

    public ISqlDatabase Database { get; }

    /// <param name="directory">For a file.</param>
    /// <param name="keptName">Its name when it stays; null for one that goes.</param>
    /// <exception cref="UsageException">There is no such provider, or no server is named.</exception>
    public static HistoryDatabase Open(string provider, string directory, string? keptName = null)
    {
        switch (provider)
        {
            case "sqlite":
                Directory.CreateDirectory(directory);
                var path = Path.Combine(directory, keptName ?? $"history-{Environment.ProcessId}.db");
                return new HistoryDatabase(new SqliteDatabase(path, new SqlOptions { BusyTimeoutMs = 5_000 }), keptName is not null);
            case "postgres":
                var connection = Environment.GetEnvironmentVariable(ConnectionVariable)
                    ?? throw new UsageException($"{ConnectionVariable} is not set: run 'infra/local/services up' and set what it prints");
                return new HistoryDatabase(new PostgresDatabase(new SqlOptions
                {
                    Provider = "postgres",
                    ConnectionString = connection,
                    Schema = keptName ?? $"benchmark_{Environment.ProcessId}",
                    CommandTimeoutSeconds = 600,
                    BusyTimeoutMs = 60_000,
                }), keptName is not null);
            default:
                throw new UsageException($"no provider '{provider}'");
        }
    }

    public void Dispose()
    {
        if (!_stays)
        {
            Database.Delete(Database.Place);
        }
    }
}
