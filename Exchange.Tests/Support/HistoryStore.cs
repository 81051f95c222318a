using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Microsoft.Data.Sqlite;

namespace Exchange.Tests.Support;

/// <summary>A SQLite history in a folder of its own that goes with this object, or at a path that stays.</summary>
internal sealed class HistoryStore : IDisposable
{
    private readonly DirectoryInfo? _folder;

    public HistoryStore(string? path = null)
    {
        _folder = path is null ? Directory.CreateTempSubdirectory("exchange-history-") : null;
        FilePath = path ?? Path.Combine(_folder!.FullName, SqliteFile.DefaultName);
    }

    public string FilePath { get; }

    public SqlReplicator NewReplicator(Action<string>? beforeStatement = null, int openOrdersCached = 1_000) => new(
        () => new SqliteWriter(SqliteFile.OpenForWriting(FilePath, busyTimeoutMs: 0, cacheMegabytes: 8), beforeStatement), openOrdersCached);

    /// <summary>Brings the store to the durable end of a journal.</summary>
    public HistoryStore Follow(IStorage journal, long end, int batchCount = 500)
    {
        using var follower = new JournalFollower(NewReplicator(), journal, () => end, batchCount);
        while (follower.Step())
        {
        }

        return this;
    }

    /// <summary>Returns what the query returns, values apart by '|', one row each.</summary>
    public List<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Mode=ReadOnly;Pooling=False");
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
        SqliteConnection.ClearAllPools();
        _folder?.Delete(recursive: true);
    }
}
