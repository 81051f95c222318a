using Exchange.Replication.Following;

namespace Exchange.Replication.DynamoDb;

/// <summary>Empties the tables. What was begun is finished by whoever opens the store next: no item of before may be taken for one of after.</summary>
internal static class DynamoDbClearing
{
    /// <summary>Marks the store as being emptied, whoever writes it, and empties it.</summary>
    public static void Run(DynamoDbConnection connection, DynamoDbTables tables)
    {
        var stored = StoredPosition.Read(connection, tables.Orders);
        if (!stored.IsClearing)
        {
            stored.Replace(connection, tables.Orders, new StoredPosition(default, default, IsClearing: true));
        }

        Finish(connection, tables);
    }

    /// <summary>Deletes every item, the mark last.</summary>
    public static void Finish(DynamoDbConnection connection, DynamoDbTables tables)
    {
        var books = connection.Scan(tables.Books, [DynamoDbTables.Symbol, DynamoDbTables.Chunk]);
        connection.DeleteAll(tables.Books, books.Select(item => DynamoDbTables.BookKey(item.Text(DynamoDbTables.Symbol), item.Text(DynamoDbTables.Chunk))));
        var orders = connection.Scan(tables.Orders, [DynamoDbTables.Account, DynamoDbTables.OrderId])
            .Select(item => (Account: item.Text(DynamoDbTables.Account), OrderId: item.Number(DynamoDbTables.OrderId)))
            .Where(key => key.Account != StoredPosition.Account);
        connection.DeleteAll(tables.Orders, orders.Select(key => DynamoDbTables.OrderKey(key.Account, key.OrderId)));
        connection.DeleteAll(tables.Orders, [StoredPosition.Key]);
    }
}
