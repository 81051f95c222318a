using System.Data;
using System.Data.Common;
using Npgsql;

namespace Exchange.Replication.Sql.Postgres;

/// <summary>Histories as schemas of a PostgreSQL database.</summary>
internal sealed class PostgresDatabase(SqlOptions options, Action<string>? beforeStatement = null) : ISqlDatabase
{
    private readonly string _reading = PostgresConnections.ForReading(options, options.Schema);

    public string Place => options.Schema;

    public IRowWriter OpenForWriting(string place) => new PostgresWriter(PostgresSchema.OpenForWriting(options, place), beforeStatement);

    public DbConnection NewReader() => new NpgsqlConnection(_reading);

    public string PlaceBeside(string purpose) => $"{options.Schema}_{purpose}";

    public bool Exists(string place)
    {
        using var connection = Open();
        return PostgresSchema.Exists(connection, place);
    }

    public void Delete(string place)
    {
        using var connection = Open();
        PostgresSchema.Execute(connection, $"DROP SCHEMA IF EXISTS \"{place}\" CASCADE");
    }

    public void PutInPlace(string fresh)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        PostgresSchema.Execute(connection, $"DROP SCHEMA IF EXISTS \"{Place}\" CASCADE");
        PostgresSchema.Execute(connection, $"ALTER SCHEMA \"{fresh}\" RENAME TO \"{Place}\"");
        transaction.Commit();
    }

    public List<string> Differences(string left, string right)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        return SqlComparison.Differences(
            connection, transaction, $"SELECT DISTINCT tablename FROM pg_tables WHERE schemaname IN ('{left}', '{right}')", $"\"{left}\"", $"\"{right}\"");
    }

    /// <summary>For verbs: their statements take as long as they take.</summary>
    private NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(PostgresConnections.ForWriting(options, Place)) { CommandTimeout = 0 }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
