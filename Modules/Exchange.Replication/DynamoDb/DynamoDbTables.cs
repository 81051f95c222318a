using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// The two tables, with the keys that <c>infra/Exchange.Infra</c> gives them:
/// <code>
/// PREFIX-orders   account (text), orderId (number)   index openBySymbol: openSymbol (text), orderId; only open orders have openSymbol
/// PREFIX-books    symbol (text), chunk (text)
/// </code>
/// </summary>
internal sealed class DynamoDbTables(DynamoDbOptions options)
{
    public const string Account = "account";
    public const string OrderId = "orderId";
    public const string OpenSymbol = "openSymbol";
    public const string OpenBySymbol = "openBySymbol";
    public const string Symbol = "symbol";
    public const string Chunk = "chunk";

    private const int MadePauseMsMax = 10_000;

    public string Orders { get; } = $"{options.TablePrefix}-orders";

    public string Books { get; } = $"{options.TablePrefix}-books";

    public static Dictionary<string, AttributeValue> OrderKey(string account, long orderId) =>
        new() { [Account] = Item.Text(account), [OrderId] = Item.Number(orderId) };

    public static Dictionary<string, AttributeValue> BookKey(string symbol, string chunk) =>
        new() { [Symbol] = Item.Text(symbol), [Chunk] = Item.Text(chunk) };

    /// <summary>Makes what is missing where the options say so, and checks the keys.</summary>
    /// <exception cref="StoreUnfitException">A table is missing, or is another one.</exception>
    public async Task PrepareAsync(IAmazonDynamoDB client)
    {
        await PrepareAsync(client, OrdersTable()).ConfigureAwait(false);
        await PrepareAsync(client, BooksTable()).ConfigureAwait(false);
    }

    private CreateTableRequest OrdersTable() => new()
    {
        TableName = Orders,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [Attribute(Account, ScalarAttributeType.S), Attribute(OrderId, ScalarAttributeType.N), Attribute(OpenSymbol, ScalarAttributeType.S)],
        KeySchema = Key(Account, OrderId),
        GlobalSecondaryIndexes =
        [
            new GlobalSecondaryIndex
            {
                IndexName = OpenBySymbol,
                KeySchema = Key(OpenSymbol, OrderId),
                Projection = new Projection { ProjectionType = ProjectionType.ALL },
            },
        ],
    };

    private CreateTableRequest BooksTable() => new()
    {
        TableName = Books,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [Attribute(Symbol, ScalarAttributeType.S), Attribute(Chunk, ScalarAttributeType.S)],
        KeySchema = Key(Symbol, Chunk),
    };

    private async Task PrepareAsync(IAmazonDynamoDB client, CreateTableRequest wanted)
    {
        var found = await FindAsync(client, wanted.TableName).ConfigureAwait(false);
        if (found is null && options.Create)
        {
            await client.CreateTableAsync(wanted).ConfigureAwait(false);
            found = await MadeAsync(client, wanted.TableName).ConfigureAwait(false);
        }

        if (found is null)
        {
            throw new StoreUnfitException($"there is no table '{wanted.TableName}'");
        }

        Require(found, found.TableStatus == TableStatus.ACTIVE || found.TableStatus == TableStatus.UPDATING, $"is {found.TableStatus}");
        Require(found, IsSame(found.KeySchema, wanted.KeySchema), "has other keys");
        foreach (var index in wanted.GlobalSecondaryIndexes ?? [])
        {
            Require(
                found,
                found.GlobalSecondaryIndexes?.Any(each => each.IndexName == index.IndexName && IsSame(each.KeySchema, index.KeySchema)) == true,
                $"has no index {index.IndexName} with its keys");
        }
    }

    /// <summary>Waits until a new table can be used, some 20 s at most: what takes longer is a matter of the back-off.</summary>
    private static async Task<TableDescription?> MadeAsync(IAmazonDynamoDB client, string name)
    {
        for (var pauseMs = 5; ; pauseMs *= 2)
        {
            var found = await FindAsync(client, name).ConfigureAwait(false);
            if (found?.TableStatus == TableStatus.ACTIVE || pauseMs > MadePauseMsMax)
            {
                return found;
            }

            await Task.Delay(pauseMs).ConfigureAwait(false);
        }
    }

    private static async Task<TableDescription?> FindAsync(IAmazonDynamoDB client, string name)
    {
        try
        {
            return (await client.DescribeTableAsync(name).ConfigureAwait(false)).Table;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    private static void Require(TableDescription table, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new StoreUnfitException($"the table '{table.TableName}' {otherwise}");
        }
    }

    private static bool IsSame(List<KeySchemaElement> keys, List<KeySchemaElement> others) =>
        keys.Select(key => (key.AttributeName, key.KeyType.Value)).SequenceEqual(others.Select(key => (key.AttributeName, key.KeyType.Value)));

    private static AttributeDefinition Attribute(string name, ScalarAttributeType type) => new(name, type);

    private static List<KeySchemaElement> Key(string partition, string sort) => [new(partition, KeyType.HASH), new(sort, KeyType.RANGE)];
}
