using System.Text.Json.Nodes;
using Exchange.Replication.Aws;

namespace Exchange.Tests.Support.Aws;

/// <summary>A record of a stream as a consumer receives it.</summary>
internal sealed record StreamRecord(string Key, JsonArray Events);

/// <summary>Reads a stream on, shard by shard: in order of each partition key. One thread.</summary>
internal sealed class EventStreamReader(AwsClients clients, string stream) : IDisposable
{
    private readonly AwsJsonClient _client = clients.NewJson(AwsJsonService.Kinesis);
    private readonly Dictionary<string, string> _iterators = [];

    /// <summary>Returns what came since the last call.</summary>
    public async Task<List<StreamRecord>> ReadAsync()
    {
        if (_iterators.Count == 0)
        {
            var shards = await CallAsync("ListShards", new JsonObject { ["StreamName"] = stream });
            foreach (var shard in shards["Shards"]!.AsArray().Select(shard => shard!["ShardId"]!.GetValue<string>()))
            {
                var first = await CallAsync(
                    "GetShardIterator", new JsonObject { ["StreamName"] = stream, ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" });
                _iterators[shard] = first["ShardIterator"]!.GetValue<string>();
            }
        }

        List<StreamRecord> records = [];
        foreach (var shard in _iterators.Keys.ToArray())
        {
            JsonArray piece;
            do
            {
                var answer = await CallAsync("GetRecords", new JsonObject { ["ShardIterator"] = _iterators[shard] });
                piece = answer["Records"]!.AsArray();
                _iterators[shard] = answer["NextShardIterator"]!.GetValue<string>();
                records.AddRange(piece.Select(record => new StreamRecord(
                    record!["PartitionKey"]!.GetValue<string>(),
                    JsonNode.Parse(Convert.FromBase64String(record["Data"]!.GetValue<string>()))!.AsArray())));
            }
            while (piece.Count > 0);
        }

        return records;
    }

    public void Dispose() => _client.Dispose();

    private Task<JsonObject> CallAsync(string operation, JsonObject input) =>
        _client.CallAsync(operation, input, AnyJson.Default.JsonObject, AnyJson.Default.JsonObject, default);
}
