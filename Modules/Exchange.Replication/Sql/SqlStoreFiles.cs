using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Microsoft.Data.Sqlite;

namespace Exchange.Replication.Sql;

/// <summary>Making a SQLite history anew from the journal, and comparing one with what the journal says. For a stopped exchange.</summary>
/// <param name="path">The store's file.</param>
internal sealed class SqlStoreFiles(string path, SqlOptions options, FollowingOptions following)
{
    /// <summary>Builds the store beside the present one and puts it in its place; whatever fails leaves the present one as it is.</summary>
    /// <returns>The sequence that it holds then.</returns>
    public long Rebuild(IStorage storage, long end)
    {
        var fresh = path + ".rebuild";
        SqliteFile.Delete(fresh);
        var sequence = Build(fresh, storage, end);

        // A log that is left over from the old file would be taken for the new one's.
        Checkpoint(fresh);
        SqliteFile.Delete(path);
        File.Move(fresh, path);
        return sequence;
    }

    /// <summary>Builds a store up to the position of the present one and compares every row.</summary>
    /// <exception cref="RebuildNeededException">The position lies behind the journal's end, or the file is none of this build.</exception>
    public StoreVerification Verify(IStorage storage, long end)
    {
        if (!File.Exists(path))
        {
            throw new RebuildNeededException($"there is no '{path}'");
        }

        JournalPosition position;
        using (var writer = new SqliteWriter(SqliteFile.OpenForWriting(path, options.BusyTimeoutMs, options.CacheMegabytes)))
        {
            position = writer.ReadPosition().Position;
        }

        if (position.Sequence > end)
        {
            throw new RebuildNeededException($"its position {position.Sequence} lies behind the journal's end {end}");
        }

        var fresh = path + ".verify";
        SqliteFile.Delete(fresh);
        try
        {
            Build(fresh, storage, position.Sequence);
            return new StoreVerification(position.Sequence, SqlComparison.Differences(path, fresh));
        }
        finally
        {
            SqliteFile.Delete(fresh);
        }
    }

    public SqlReplicator NewReplicator(string file) => new(
        () => new SqliteWriter(SqliteFile.OpenForWriting(file, options.BusyTimeoutMs, options.CacheMegabytes)), options.OpenOrdersCached);

    private long Build(string file, IStorage storage, long end)
    {
        using var follower = new JournalFollower(NewReplicator(file), storage, () => end, following.BatchUnits);
        while (follower.Step())
        {
        }

        return follower.Position.Sequence;
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
