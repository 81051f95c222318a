namespace Exchange.Replication.Sql;

/// <summary>A column's type in both databases; SQLite keeps every whole number alike.</summary>
internal enum SqlType : byte
{
    SmallInt,
    Integer,
    BigInt,
    Text,
}

/// <summary>
/// A table as the writers see it, in the columns' order of <see cref="RowBatch.WriteTo"/>: what an insert names, and what becomes of a row whose key
/// is there already.
/// </summary>
/// <param name="Key">Columns of the primary key, where rows are merged; empty where every row is new.</param>
/// <param name="Merge">The assignments of the update: `table.column` is the stored row, `excluded.column` the new one.</param>
internal sealed record SqlTable(string Name, (string Name, SqlType Type)[] Columns, string Key = "", string Merge = "")
{
    public bool Merges => Key.Length > 0;

    public string ColumnList { get; } = string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>The table that holds the rows to be merged where a database takes them in bulk.</summary>
    public string PendingName => "pending_" + Name;

    /// <param name="rows">VALUES (…) or SELECT ….</param>
    public string Insert(string rows) =>
        $"INSERT INTO {Name} ({ColumnList}) {rows}" + (Merges ? $" ON CONFLICT ({Key}) DO UPDATE SET {Merge}" : "");
}
