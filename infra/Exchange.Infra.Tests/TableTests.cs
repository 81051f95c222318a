using System.Text.Json.Nodes;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>The tables have the keys that the replicator wants and refuses to do without (`DynamoDbTables` in Exchange.Replication).</summary>
public sealed class TableTests
{
    [Test]
    public void Orders_are_keyed_by_account_and_id_and_open_ones_by_symbol()
    {
        var orders = Table("-orders");

        Assert.That(Keys(orders.At("KeySchema")), Is.EqualTo("account HASH, orderId RANGE"));
        Assert.That((string?)orders.At("GlobalSecondaryIndexes/0/IndexName"), Is.EqualTo("openBySymbol"));
        Assert.That(Keys(orders.At("GlobalSecondaryIndexes/0/KeySchema")), Is.EqualTo("openSymbol HASH, orderId RANGE"));
        Assert.That((string?)orders.At("GlobalSecondaryIndexes/0/Projection/ProjectionType"), Is.EqualTo("ALL"));
        Assert.That(Types(orders), Is.EquivalentTo((string[])["account S", "orderId N", "openSymbol S"]));
    }

    [Test]
    public void Books_are_keyed_by_symbol_and_chunk()
    {
        var books = Table("-books");

        Assert.That(Keys(books.At("KeySchema")), Is.EqualTo("symbol HASH, chunk RANGE"));
        Assert.That(Types(books), Is.EquivalentTo((string[])["symbol S", "chunk S"]));
    }

    private static Resource Table(string ending) => Templates.Production.OfType("AWS::DynamoDB::GlobalTable")
        .Single(table => ((string)table.At("TableName")!).EndsWith(ending, StringComparison.Ordinal));

    private static string Keys(JsonNode? schema) => string.Join(", ", schema!.AsArray().Select(key => $"{key!["AttributeName"]} {key["KeyType"]}"));

    private static IEnumerable<string> Types(Resource table) =>
        table.At("AttributeDefinitions")!.AsArray().Select(attribute => $"{attribute!["AttributeName"]} {attribute["AttributeType"]}");
}
