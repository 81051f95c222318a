using Microsoft.Data.Sqlite;

namespace Exchange.Replication.Sql;

/// <summary>Compares two SQLite histories row by row, every table and every column.</summary>
internal static class SqlComparison
{
    /// <summary>Returns one line for each table that differs: how many rows only one of the two has, and the first of them. Empty when they are equal.</summary>
    public static List<string> Differences(string leftPath, string rightPath)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = leftPath,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        connection.Open();
        using (var attach = connection.CreateCommand())
        {
            attach.CommandText = "ATTACH DATABASE $path AS other";
            attach.Parameters.AddWithValue("$path", rightPath);
            attach.ExecuteNonQuery();
        }

        // One view of both stores, even while somebody writes the one.
        using var transaction = connection.BeginTransaction(deferred: true);
        var tables = Rows(connection, transaction, "SELECT name FROM main.sqlite_master WHERE type = 'table' UNION SELECT name FROM other.sqlite_master WHERE type = 'table'");
        var differences = new List<string>();
        foreach (var table in tables)
        {
            AddDifference(table, "main", "other", differences);
            AddDifference(table, "other", "main", differences);
        }

        return differences;

        void AddDifference(string table, string here, string there, List<string> found)
        {
            var only = $"SELECT * FROM {here}.\"{table}\" EXCEPT SELECT * FROM {there}.\"{table}\"";
            var count = Rows(connection, transaction, $"SELECT COUNT(*) FROM ({only})")[0];
            if (count != "0")
            {
                found.Add($"{table}: {count} rows only in the {(here == "main" ? "first" : "second")}, for example {Rows(connection, transaction, only + " LIMIT 1")[0]}");
            }
        }
    }

    /// <summary>Returns every row as text.</summary>
    private static List<string> Rows(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader.GetValue(column)))));
        }

        return rows;
    }

    private static string Text(object value) => value is byte[] bytes ? Convert.ToHexStringLower(bytes) : $"{value}";
}
