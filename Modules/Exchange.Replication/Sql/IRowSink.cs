namespace Exchange.Replication.Sql;

/// <summary>Takes rows, table by table: a value for every column, in the table's order. One thread.</summary>
internal interface IRowSink
{
    /// <param name="rows">How many come; at least 1.</param>
    void BeginTable(SqlTable table, int rows);

    /// <summary>The next column of the row; the row is complete with its last.</summary>
    void Add(long value);

    /// <param name="utf8">Without the character 0, which PostgreSQL does not take.</param>
    void Add(ReadOnlySpan<byte> utf8);

    /// <summary>All rows of the table have come.</summary>
    void EndTable();
}
