using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Exchange.Replication.Sql;

/// <summary>The history store.</summary>
internal sealed class SqlStore(IOptions<SqlOptions> options, StoreSurroundings surroundings) : IHistoryStore
{
    private readonly SqlOptions _options = options.Value;
    private readonly string _path = Path.Combine(surroundings.DataDirectory, SqliteFile.DefaultName);

    public string Name => "sql";

    public bool IsOn => _options.Provider != "none";

    private SqlStoreFiles Files => new(_path, _options, surroundings.Following);

    public IReplicator NewReplicator() => Files.NewReplicator(_path);

    public long Rebuild(IStorage journal, long endSequence) => Files.Rebuild(journal, endSequence);

    public StoreVerification Verify(IStorage journal, long endSequence) => Files.Verify(journal, endSequence);

    public IHistory NewHistory(Func<long> usablePosition)
    {
        var reading = SqliteFile.ReadingString(_path, _options.BusyTimeoutMs);
        return new SqlHistory(
            () => new SqliteConnection(reading), usablePosition, _options.QueriesAtOnce, TimeSpan.FromMilliseconds(_options.BusyTimeoutMs));
    }
}
