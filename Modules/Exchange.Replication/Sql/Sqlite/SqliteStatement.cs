using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Exchange.Replication.Sql.Sqlite;

/// <summary>
/// A prepared statement of SQLite's own interface. Why not a command of ADO.NET: a batch executes it some hundred thousand times, and what it needs
/// is bind, step, reset. Parameters are numbered from 1. One thread.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
    }

    public SqliteStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, bool value) => Bind(parameter, value ? 1 : 0);

    /// <param name="text">UTF-8.</param>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> text)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter, text));
        return this;
    }

    public SqliteStatement BindBytes(int parameter, ReadOnlySpan<byte> bytes)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter, bytes));
        return this;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    /// <exception cref="SqliteException">It failed; the caller rolls back.</exception>
    public void Execute()
    {
        var result = raw.sqlite3_step(_statement);
        raw.sqlite3_reset(_statement);
        Check(result);
    }

    /// <summary>Steps to the next row; false behind the last one, and the statement is reset then.</summary>
    public bool Read()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        raw.sqlite3_reset(_statement);
        Check(result);
        return false;
    }

    /// <summary>Ends the reading before the last row.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    /// <param name="column">From 0.</param>
    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            throw new SqliteException(
                $"SQLite error {result}: {raw.sqlite3_errmsg(_database).utf8_to_string()}", result, raw.sqlite3_extended_errcode(_database));
        }
    }
}
