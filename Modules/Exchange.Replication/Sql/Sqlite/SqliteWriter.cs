using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;
using Microsoft.Data.Sqlite;

namespace Exchange.Replication.Sql.Sqlite;

/// <summary>Writes row batches into SQLite: a prepared statement for each table.</summary>
internal sealed class SqliteWriter : IRowWriter, IRowSink
{
    private const int ClientOrderIdColumn = 3;

    private readonly SqliteConnection _connection;
    private readonly Action<string>? _beforeStatement;
    private readonly List<SqliteStatement> _statements = [];
    private readonly Dictionary<SqlTable, SqliteStatement> _inserts = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _position;
    private readonly SqliteStatement _directory;
    private readonly SqliteStatement _storedOrder;

    // Of the table that is being written.
    private SqlTable _table = SqlTables.Assets;
    private SqliteStatement _insert;
    private int _column;
    private long _roundTrips;

    /// <param name="connection">Owned from here on.</param>
    /// <param name="beforeStatement">For tests: told what is about to run; what it throws is a failure of the statement.</param>
    public SqliteWriter(SqliteConnection connection, Action<string>? beforeStatement = null)
    {
        _connection = connection;
        _beforeStatement = beforeStatement;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _position = Prepare("UPDATE replicator_position SET epoch = ?1, sequence = ?2, time_us = ?3, fingerprint = ?4 WHERE id = 1 AND sequence = ?5");
        _directory = Prepare("UPDATE replicator_position SET directory = ?1 WHERE id = 1");
        _storedOrder = Prepare(StoredOrders.Read);
        foreach (var table in SqlTables.All)
        {
            _inserts.Add(table, Prepare(table.Insert($"VALUES ({string.Join(", ", table.Columns.Select((_, index) => $"?{index + 1}"))})")));
        }

        _insert = _inserts[_table];
    }

    public long RoundTrips => Volatile.Read(ref _roundTrips);

    public (JournalPosition Position, byte[] Directory) ReadPosition()
    {
        Run(Prepare(StoredOrders.FirstPosition), "first position");
        var read = Prepare(StoredOrders.ReadPosition);
        Invariant.That(read.Read(), "a history store has a position");
        var result = (new JournalPosition(read.Integer(0), read.Integer(1), read.Integer(2), read.Integer(3)), read.Bytes(4).ToArray());
        read.Reset();
        return result;
    }

    public bool TryReadOrder(long orderId, out OrderState order)
    {
        order = default;
        Volatile.Write(ref _roundTrips, _roundTrips + 1);
        if (!_storedOrder.Bind(1, orderId).Read())
        {
            return false;
        }

        order = StoredOrders.ToState(_storedOrder.Integer, new ClientOrderId(_storedOrder.Bytes(ClientOrderIdColumn)));
        _storedOrder.Reset();
        return true;
    }

    public void Write(RowBatch batch, in JournalPosition previous, in JournalPosition next)
    {
        Run(_begin, "begin");
        Run(_position.Bind(1, next.Epoch).Bind(2, next.Sequence).Bind(3, next.TimeUs).Bind(4, next.Fingerprint).Bind(5, previous.Sequence), "position");
        if (SQLitePCL.raw.sqlite3_changes(_connection.Handle) != 1)
        {
            throw new InvalidOperationException($"the store does not stand at sequence {previous.Sequence} any more: somebody else writes it");
        }

        if (batch.Directory is { } directory)
        {
            Run(_directory.BindBytes(1, directory), "directory");
        }

        batch.WriteTo(this);
        Run(_commit, "commit");
        Volatile.Write(ref _roundTrips, _roundTrips + 1);
    }

    public void BeginTable(SqlTable table, int rows)
    {
        _table = table;
        _insert = _inserts[table];
        _column = 0;
    }

    public void Add(long value)
    {
        _insert.Bind(++_column, value);
        RunWhenComplete();
    }

    public void Add(ReadOnlySpan<byte> utf8)
    {
        _insert.BindText(++_column, utf8);
        RunWhenComplete();
    }

    public void EndTable()
    {
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private void RunWhenComplete()
    {
        if (_column == _table.Columns.Length)
        {
            Run(_insert, _table.Name);
            _column = 0;
        }
    }

    private void Run(SqliteStatement statement, string what)
    {
        _beforeStatement?.Invoke(what);
        statement.Execute();
    }

    private SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(_connection.Handle!, sql);
        _statements.Add(statement);
        return statement;
    }
}
