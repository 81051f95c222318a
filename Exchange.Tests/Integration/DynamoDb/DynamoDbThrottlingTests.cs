using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Exchange.Replication.Following;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Integration.DynamoDb;

/// <summary>A service that is too busy: requests that are throttled, and batches that come back half done, are asked for again until they are done.</summary>
[TestFixture]
internal sealed class DynamoDbThrottlingTests
{
    private readonly StreamJournal _stream = new(seed: 917, commands: 300, withHashes: false);

    [Test]
    public void What_is_throttled_or_left_undone_is_asked_for_again()
    {
        var disk = _stream.ToDisk(seed: 4);
        var undone = 0;
        var refusals = new ConcurrentDictionary<string, int>();
        using var between = new AwsEndpoint(async call =>
        {
            // More in a row than the SDK tries by itself.
            if (call.Operation is not ("DescribeTable" or "CreateTable" or "DeleteTable") && refusals.AddOrUpdate(call.Operation, 1, (_, count) => count + 1) <= 4)
            {
                return new AwsAnswer(400, """{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slower"}""");
            }

            return call.Operation switch
            {
                "BatchGetItem" => await HalfAsync(call, "UnprocessedKeys", table => table["Keys"]!.AsArray(), (table, keys) => WithKeys(table, keys)),
                "BatchWriteItem" => await HalfAsync(call, "UnprocessedItems", table => table.AsArray(), (_, writes) => writes),
                _ => await AwsEndpoint.AskAsync(LocalServices.Shared.DynamoDbUrl, call),
            };
        });
        using var store = new DynamoDbTestStore(disk, between.Url);
        store.Options.RequestsAtOnce = 16;
        using (var follower = new JournalFollower(store.NewReplicator(), disk, () => _stream.Records.Count, batchCount: 150))
        {
            while (follower.Step())
            {
            }
        }

        Assert.That(store.Verify(_stream.Records.Count).Differences, Is.Empty);
        using (var connection = store.Connect())
        {
            Replication.DynamoDb.DynamoDbClearing.Run(connection, store.Tables);
            Assert.That(connection.Scan(store.Tables.Orders).Concat(connection.Scan(store.Tables.Books)), Is.Empty);
        }

        Assert.That(refusals.Keys, Is.SupersetOf((string[])["PutItem", "GetItem", "BatchGetItem", "BatchWriteItem", "Scan"]));
        Assert.That(undone, Is.GreaterThan(20));

        // Does the first half of what is asked, at least one, and gives the rest back.
        async Task<AwsAnswer> HalfAsync(AwsCall call, string unprocessed, Func<JsonNode, JsonArray> entriesOf, Func<JsonNode, JsonArray, JsonNode> with)
        {
            var body = call.Json;
            var (name, table) = body["RequestItems"]!.AsObject().Single();
            var entries = entriesOf(table!).Select(entry => entry!.DeepClone()).ToList();
            var taken = (entries.Count + 1) / 2;
            body["RequestItems"] = new JsonObject { [name] = with(table!, new JsonArray([.. entries.Take(taken)])) };
            var answer = (await AwsEndpoint.AskAsync(LocalServices.Shared.DynamoDbUrl, call, body)).Json;
            if (taken < entries.Count)
            {
                Interlocked.Add(ref undone, entries.Count - taken);
                answer[unprocessed] = new JsonObject { [name] = with(table!, new JsonArray([.. entries.Skip(taken)])) };
            }

            return AwsEndpoint.Ok(answer.ToJsonString());
        }

        static JsonNode WithKeys(JsonNode table, JsonArray keys)
        {
            var copy = table.DeepClone();
            copy["Keys"] = keys;
            return copy;
        }
    }
}
