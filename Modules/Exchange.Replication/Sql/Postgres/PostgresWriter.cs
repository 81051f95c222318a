using System.Data;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;
using Npgsql;
using NpgsqlTypes;

namespace Exchange.Replication.Sql.Postgres;

/// <summary>
/// Writes row batches into PostgreSQL: COPY into the tables whose rows are new; COPY into a temporary table and one merging insert where rows may be
/// there already. So a batch costs some twenty round trips, however large it is.
/// </summary>
internal sealed class PostgresWriter : IRowWriter, IRowSink
{
    private readonly NpgsqlConnection _connection;
    private readonly Action<string>? _beforeStatement;
    private readonly NpgsqlCommand _position;
    private readonly NpgsqlCommand _storedOrder;
    private readonly BinaryCopy _copy = new();
    private SqlTable _table = SqlTables.Assets;
    private long _roundTrips;

    /// <param name="connection">Open, with the schema as its search path; owned from here on.</param>
    /// <param name="beforeStatement">For tests: told what is about to run; what it throws is a failure of the statement.</param>
    public PostgresWriter(NpgsqlConnection connection, Action<string>? beforeStatement = null)
    {
        _connection = connection;
        _beforeStatement = beforeStatement;
        _position = new NpgsqlCommand(
            "UPDATE replicator_position SET epoch = $1, sequence = $2, time_us = $3, fingerprint = $4, directory = COALESCE($6, directory) "
            + "WHERE id = 1 AND sequence = $5",
            connection);
        for (var parameter = 1; parameter <= 5; parameter++)
        {
            _position.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint });
        }

        _position.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea });
        _storedOrder = new NpgsqlCommand(StoredOrders.Read, connection);
        _storedOrder.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint });
        try
        {
            Array.ForEach(SqlTables.All, MakePending);
            _position.Prepare();
            _storedOrder.Prepare();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long RoundTrips => Volatile.Read(ref _roundTrips);

    public (JournalPosition Position, byte[] Directory) ReadPosition()
    {
        Execute(StoredOrders.FirstPosition, "first position");
        using var command = new NpgsqlCommand(StoredOrders.ReadPosition, _connection);
        using var reader = command.ExecuteReader();
        Invariant.That(reader.Read(), "a history store has a position");
        return (
            new JournalPosition(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)), reader.GetFieldValue<byte[]>(4));
    }

    public bool TryReadOrder(long orderId, out OrderState order)
    {
        order = default;
        CountRoundTrip();
        _storedOrder.Parameters[0].Value = orderId;
        using var reader = _storedOrder.ExecuteReader(CommandBehavior.SingleRow);
        if (!reader.Read())
        {
            return false;
        }

        order = StoredOrders.ToState(
            column => SqlTables.Orders.Columns[column].Type switch
            {
                SqlType.SmallInt => reader.GetInt16(column),
                SqlType.Integer => reader.GetInt32(column),
                _ => reader.GetInt64(column),
            },
            ClientOrderId.From(reader.GetString(reader.GetOrdinal("client_order_id"))));
        return true;
    }

    public void Write(RowBatch batch, in JournalPosition previous, in JournalPosition next)
    {
        _beforeStatement?.Invoke("begin");
        CountRoundTrip();
        using var transaction = _connection.BeginTransaction(IsolationLevel.ReadCommitted);
        MovePosition(batch.Directory, previous, next);
        batch.WriteTo(this);
        _beforeStatement?.Invoke("commit");
        CountRoundTrip();
        transaction.Commit();
    }

    public void BeginTable(SqlTable table, int rows)
    {
        _table = table;
        _copy.Begin(table);
    }

    public void Add(long value) => _copy.Add(value);

    public void Add(ReadOnlySpan<byte> utf8) => _copy.Add(utf8);

    public void EndTable()
    {
        _copy.End();
        _beforeStatement?.Invoke("copy " + _table.Name);
        CountRoundTrip();
        using (var stream = _connection.BeginRawBinaryCopy(
            $"COPY {(_table.Merges ? _table.PendingName : _table.Name)} ({_table.ColumnList}) FROM STDIN (FORMAT BINARY)"))
        {
            stream.Write(_copy.Bytes);
            _beforeStatement?.Invoke("end of " + _table.Name);
            CountRoundTrip();
        }

        if (_table.Merges)
        {
            Execute(_table.Insert($"SELECT {_table.ColumnList} FROM {_table.PendingName}"), "merge " + _table.Name);
        }
    }

    public void Dispose()
    {
        _position.Dispose();
        _storedOrder.Dispose();
        _connection.Dispose();
    }

    /// <summary>The table that rows to be merged are copied into; empty behind every transaction.</summary>
    private void MakePending(SqlTable table)
    {
        if (table.Merges)
        {
            Execute($"CREATE TEMPORARY TABLE {table.PendingName} (LIKE {table.Name}) ON COMMIT DELETE ROWS", "temporary table");
        }
    }

    private void MovePosition(byte[]? directory, in JournalPosition previous, in JournalPosition next)
    {
        _beforeStatement?.Invoke("position");
        CountRoundTrip();
        var parameters = _position.Parameters;
        parameters[0].Value = next.Epoch;
        parameters[1].Value = next.Sequence;
        parameters[2].Value = next.TimeUs;
        parameters[3].Value = next.Fingerprint;
        parameters[4].Value = previous.Sequence;
        parameters[5].Value = (object?)directory ?? DBNull.Value;
        if (_position.ExecuteNonQuery() != 1)
        {
            throw new InvalidOperationException($"the store does not stand at sequence {previous.Sequence} any more: somebody else writes it");
        }
    }

    private void Execute(string sql, string what)
    {
        _beforeStatement?.Invoke(what);
        CountRoundTrip();
        PostgresSchema.Execute(_connection, sql);
    }

    private void CountRoundTrip() => Volatile.Write(ref _roundTrips, _roundTrips + 1);
}
