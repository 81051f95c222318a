using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Exchange.Replication.Sql.Sqlite;

/// <summary>Histories as SQLite files in a folder.</summary>
/// <param name="path">The file in use.</param>
internal sealed class SqliteDatabase(string path, SqlOptions options, Action<string>? beforeStatement = null) : ISqlDatabase
{
    private readonly string _reading = SqliteFile.ReadingString(path, options.BusyTimeoutMs);

    public string Place => path;

    public IRowWriter OpenForWriting(string place) =>
        new SqliteWriter(SqliteFile.OpenForWriting(place, options.BusyTimeoutMs, options.CacheMegabytes), beforeStatement);

    public DbConnection NewReader() => new SqliteConnection(_reading);

    public string PlaceBeside(string purpose) => $"{path}.{purpose}";

    public bool Exists(string place) => File.Exists(place);

    public void Delete(string place) => SqliteFile.Delete(place);

    public void PutInPlace(string fresh)
    {
        // A log that is left over from the old file would be taken for the new one's.
        Checkpoint(fresh);
        SqliteFile.Delete(path);
        File.Move(fresh, path);
    }

    public List<string> Differences(string left, string right)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = left,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        connection.Open();
        using (var attach = connection.CreateCommand())
        {
            attach.CommandText = "ATTACH DATABASE $path AS other";
            attach.Parameters.AddWithValue("$path", right);
            attach.ExecuteNonQuery();
        }

        // One view of both stores, even while somebody writes the one.
        using var transaction = connection.BeginTransaction(deferred: true);
        return SqlComparison.Differences(
            connection, transaction,
            "SELECT name FROM main.sqlite_master WHERE type = 'table' UNION SELECT name FROM other.sqlite_master WHERE type = 'table'",
            "main", "other");
    }

    private static void Checkpoint(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }
}
