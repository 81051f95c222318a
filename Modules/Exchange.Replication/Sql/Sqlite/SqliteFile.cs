using Microsoft.Data.Sqlite;

namespace Exchange.Replication.Sql.Sqlite;

/// <summary>
/// The file of a SQLite history: how it is made and opened. It lies in the data directory with mode 0600; SQLite gives its write-ahead log and its
/// shared memory the same mode. Write-ahead logging lets readers go on beside the one writer; full syncs make a commit durable when it returns,
/// which the retention of journal segments relies on.
/// </summary>
internal static class SqliteFile
{
    public const string DefaultName = "history.db";

    private const int PageBytes = 4096;
    private const int LogPagesMax = 4096;

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file for its one writer, made where it is missing, its schema brought up to date.</summary>
    /// <exception cref="SqliteException">It cannot be opened, or is locked longer than the time given.</exception>
    /// <exception cref="RebuildNeededException">A newer build wrote it, or it is no database.</exception>
    public static SqliteConnection OpenForWriting(string path, int busyTimeoutMs, int cacheMegabytes)
    {
        MakeWithMode(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            Execute(
                connection,
                $"PRAGMA busy_timeout = {busyTimeoutMs}; PRAGMA page_size = {PageBytes}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                + $"PRAGMA cache_size = -{cacheMegabytes * 1024L}; PRAGMA wal_autocheckpoint = {LogPagesMax}; "
                + $"PRAGMA journal_size_limit = {LogPagesMax * (long)PageBytes}; PRAGMA temp_store = MEMORY");
            Migrate(connection);
            return connection;
        }
        catch (SqliteException unreadable) when (unreadable.SqliteErrorCode == SQLitePCL.raw.SQLITE_NOTADB)
        {
            connection.Dispose();
            throw new RebuildNeededException($"'{path}' is no database");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Returns the connection string of readers.</summary>
    public static string ReadingString(string path, int busyTimeoutMs) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadOnly,
        Pooling = true,
        DefaultTimeout = Math.Max(1, busyTimeoutMs / 1_000),
    }.ToString();

    /// <summary>Deletes the file with its log and shared memory.</summary>
    public static void Delete(string path)
    {
        SqliteConnection.ClearAllPools();
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }

    private static void MakeWithMode(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private static void Migrate(SqliteConnection connection)
    {
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)");
        var version = Scalar(connection, "SELECT COALESCE(MAX(version), 0) FROM schema_version");
        if (version > SchemaMigrations.NewestVersion)
        {
            throw new RebuildNeededException(SchemaMigrations.TooNew((int)version));
        }

        if (version > 0 && SchemaMigrations.NeedsRebuildBehind((int)version)
            && Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM replicator_position") > 0)
        {
            throw new RebuildNeededException(SchemaMigrations.TooOld((int)version));
        }

        foreach (var (next, statements) in SchemaMigrations.Behind((int)version, clustered: "WITHOUT ROWID", include: "", bytes: "BLOB"))
        {
            // A failure leaves the transaction to the caller, who disposes the connection, which rolls back.
            Execute(connection, "BEGIN IMMEDIATE");
            foreach (var statement in statements)
            {
                Execute(connection, statement);
            }

            Execute(connection, $"INSERT INTO schema_version (version) VALUES ({next})");
            Execute(connection, "COMMIT");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
