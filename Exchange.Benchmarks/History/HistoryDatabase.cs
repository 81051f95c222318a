using Exchange.Replication;
using Exchange.Replication.Sql;
using Exchange.Replication.Sql.Postgres;
using Exchange.Replication.Sql.Sqlite;

namespace Exchange.Benchmarks.History;

/// <summary>An empty history for a measurement, deleted with this object: a file, or a schema of the server that EXCHANGE_POSTGRES names.</summary>
internal sealed class HistoryDatabase : IDisposable
{
    public const string ProviderOption = "--provider";
    public const string ProviderHelp =
        $"{ProviderOption} P    sqlite (default), or postgres: the server that EXCHANGE_POSTGRES names, as 'infra/local/services up' prints it";

    private const string ConnectionVariable = "EXCHANGE_POSTGRES";

    private HistoryDatabase(ISqlDatabase database) => Database = database;

    public ISqlDatabase Database { get; }

    /// <param name="directory">For a file.</param>
    /// <exception cref="UsageException">There is no such provider, or no server is named.</exception>
    public static HistoryDatabase Open(string provider, string directory)
    {
        switch (provider)
        {
            case "sqlite":
                Directory.CreateDirectory(directory);
                var path = Path.Combine(directory, $"history-{Environment.ProcessId}.db");
                return new HistoryDatabase(new SqliteDatabase(path, new SqlOptions { BusyTimeoutMs = 5_000 }));
            case "postgres":
                var connection = Environment.GetEnvironmentVariable(ConnectionVariable)
                    ?? throw new UsageException($"{ConnectionVariable} is not set: run 'infra/local/services up' and set what it prints");
                return new HistoryDatabase(new PostgresDatabase(new SqlOptions
                {
                    Provider = "postgres",
                    ConnectionString = connection,
                    Schema = $"benchmark_{Environment.ProcessId}",
                    CommandTimeoutSeconds = 600,
                }));
            default:
                throw new UsageException($"no provider '{provider}'");
        }
    }

    public void Dispose() => Database.Delete(Database.Place);
}
