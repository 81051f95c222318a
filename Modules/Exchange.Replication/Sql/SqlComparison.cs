using System.Data.Common;

namespace Exchange.Replication.Sql;

/// <summary>Compares two histories that one connection sees, row by row.</summary>
internal static class SqlComparison
{
    /// <param name="transaction">One view of both.</param>
    /// <param name="tables">A query of the names of all tables that one of the two has.</param>
    /// <param name="left">The one's schema.</param>
    /// <returns>One line for each table that differs, in either direction. Empty when they are equal.</returns>
    public static List<string> Differences(DbConnection connection, DbTransaction transaction, string tables, string left, string right)
    {
        var differences = new List<string>();
        foreach (var table in Rows(tables))
        {
            AddDifference(table, left, right, "first");
            AddDifference(table, right, left, "second");
        }

        return differences;

        void AddDifference(string table, string here, string there, string name)
        {
            var only = $"SELECT * FROM {here}.\"{table}\" EXCEPT SELECT * FROM {there}.\"{table}\"";
            var count = Rows($"SELECT COUNT(*) FROM ({only}) AS only_here")[0];
            if (count != "0")
            {
                differences.Add($"{table}: {count} rows only in the {name}, for example {Rows(only + " LIMIT 1")[0]}");
            }
        }

        // Every row as text.
        List<string> Rows(string sql)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            command.CommandTimeout = 0;
            using var reader = command.ExecuteReader();
            var rows = new List<string>();
            while (reader.Read())
            {
                rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader.GetValue(column)))));
            }

            return rows;
        }
    }

    private static string Text(object value) => value is byte[] bytes ? Convert.ToHexStringLower(bytes) : $"{value}";
}
