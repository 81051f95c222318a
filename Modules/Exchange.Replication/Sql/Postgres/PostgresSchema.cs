using Npgsql;

namespace Exchange.Replication.Sql.Postgres;

/// <summary>
/// The schema of a history: how it is made and opened. Its writer's session commits durably, whatever the server's default, because the retention
/// of journal segments relies on it; it waits for a lock as long as the options say.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>Opens a connection for the schema's one writer, the schema made where it is missing and brought up to date.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached or refuses.</exception>
    /// <exception cref="RebuildNeededException">What is there cannot be continued by this build.</exception>
    public static NpgsqlConnection OpenForWriting(SqlOptions options, string schema)
    {
        var connection = new NpgsqlConnection(PostgresConnections.ForWriting(options, schema));
        try
        {
            connection.Open();
            Execute(connection, $"SET synchronous_commit = on; SET lock_timeout = {options.BusyTimeoutMs}; SET statement_timeout = '{options.CommandTimeoutSeconds}s'");
            Migrate(connection, schema);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static bool Exists(NpgsqlConnection connection, string schema) =>
        Scalar(connection, $"SELECT COUNT(*) FROM pg_namespace WHERE nspname = '{schema}'") > 0;

    public static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static void Migrate(NpgsqlConnection connection, string schema)
    {
        using var transaction = connection.BeginTransaction();

        // One at a time, also of those that find no schema: the lock is the transaction's. Any constant will do; this one is "exchange".
        Execute(connection, "SELECT pg_advisory_xact_lock(7313451163216275301)");
        if (!Exists(connection, schema))
        {
            Execute(connection, $"CREATE SCHEMA \"{schema}\"");
        }

        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)");
        var version = (int)Scalar(connection, "SELECT COALESCE(MAX(version), 0)::BIGINT FROM schema_version");
        if (version > SchemaMigrations.NewestVersion)
        {
            throw new RebuildNeededException(SchemaMigrations.TooNew(version));
        }

        if (version > 0 && SchemaMigrations.NeedsRebuildBehind(version)
            && Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM replicator_position") > 0)
        {
            throw new RebuildNeededException(SchemaMigrations.TooOld(version));
        }

        foreach (var (next, statements) in SchemaMigrations.Behind(version, clustered: "", include: "INCLUDE", bytes: "BYTEA"))
        {
            foreach (var statement in statements)
            {
                Execute(connection, statement);
            }

            Execute(connection, $"INSERT INTO schema_version (version) VALUES ({next})");
        }

        transaction.Commit();
    }

    private static long Scalar(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return (long)command.ExecuteScalar()!;
    }
}
