using System.Text.Json.Nodes;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Views;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Kinesis;
using Exchange.Replication.Messages;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>The market and audit stream: everything is in it, each key in its order, whatever is refused on the way, and no secret.</summary>
[TestFixture]
internal sealed class EventStreamTests
{
    private readonly StreamJournal _stream = new(seed: 78, commands: 600, withHashes: false);

    [TestCase(1)]
    [TestCase(2)]
    public async Task A_refused_record_holds_back_its_key_and_no_other(int seed)
    {
        var options = new KinesisOptions { Stream = LocalServices.NewName("refused"), Create = true, Shards = 2, EventsPerRecord = 20 };
        var random = new Random(seed);
        var refusals = 0;
        using var between = new AwsEndpoint(async call =>
        {
            if (call.Operation != "PutRecords")
            {
                return await AwsEndpoint.AskAsync(LocalServices.Shared.KinesisUrl, call);
            }

            var body = call.Json;
            var records = body["Records"]!.AsArray();
            var isRefused = records.Select(_ => random.Next(4) == 0).ToArray();
            refusals += isRefused.Count(refused => refused);
            body["Records"] = new JsonArray([.. records.Where((_, index) => !isRefused[index]).Select(record => record!.DeepClone())]);
            var taken = isRefused.All(refused => refused)
                ? []
                : new Queue<JsonNode>((await AwsEndpoint.AskAsync(LocalServices.Shared.KinesisUrl, call, body)).Json["Records"]!.AsArray().Select(record => record!.DeepClone()));
            var answer = new JsonObject
            {
                ["FailedRecordCount"] = isRefused.Count(refused => refused),
                ["Records"] = new JsonArray([.. isRefused.Select(refused => refused
                    ? new JsonObject { ["ErrorCode"] = "ProvisionedThroughputExceededException", ["ErrorMessage"] = "slower" }
                    : taken.Dequeue())]),
            };
            return AwsEndpoint.Ok(answer.ToJsonString());
        });
        var disk = _stream.ToDisk(seed: 4);
        using var replicator = new EventReplicator(
            new KinesisStream(TestAws.Clients(between.Url).NewJson(AwsJsonService.Kinesis), options), () => disk, requestsAtOnce: 1, batchMessages: 500);
        using var follower = new JournalFollower(replicator, disk, () => _stream.Records.Count, batchCount: int.MaxValue);
        while (follower.Step())
        {
        }

        using var reader = new EventStreamReader(TestAws.Clients(LocalServices.Shared.KinesisUrl), options.Stream);
        var records = await reader.ReadAsync();

        Assert.That(refusals, Is.GreaterThan(5));
        var events = records.SelectMany(record => record.Events.Select(entry => (record.Key, Type: entry!["type"]!.GetValue<string>(), Event: entry["event"]!))).ToArray();
        foreach (var key in events.GroupBy(entry => entry.Key))
        {
            Assert.That(key.Select(entry => EventIdText.Of(entry.Event)), Is.Ordered.Ascending, key.Key);
        }

        var ofOrders = ExpectedEvents.ByAccount(_stream.Records).Values.Sum(expected => expected.Count);
        Assert.That(events.Count(entry => IsTrading(EventIdText.Of(entry.Event))), Is.EqualTo(ofOrders));
        var audited = events.Where(entry => !IsTrading(EventIdText.Of(entry.Event))).ToArray();
        Assert.That(audited.Select(entry => entry.Key).Distinct(), Is.EqualTo(new[] { KinesisStream.AuditKey }));
        Assert.That(
            audited.Where(entry => entry.Type is "CommandExecuted" or "CommandRejected").Select(entry => entry.Event["sequence"]!.GetValue<long>()),
            Is.EqualTo(_stream.Records.Select((_, index) => index + 1L).Where(sequence => !IsTrading(sequence))));
        Assert.That(audited.Select(entry => entry.Type), Is.SupersetOf(new[] { "SymbolAdded", "AccountOpened", "BalanceAdjusted" }));
    }

    [Test]
    public void What_an_operator_did_is_told_without_keys_and_secrets()
    {
        byte[] key = "THEVALUEOFAKEY"u8.ToArray();
        byte[] secret = "CIPHERTEXT"u8.ToArray();
        var command = AdministerCommand.ToBytes(7, 42, "for her bot", CommandType.AddApiKey, new AddApiKeyCommand(3, ApiKeyPermissions.All, key, secret).ToBytes());
        var record = RecordOf(command, new ApiKeyAdded { Type = EventType.ApiKeyAdded, AccountId = 3, KeyId = 9 });
        using var json = new EventJson();
        List<EventMessage> messages = [];

        json.BeginRecord(epoch: 2, new Record(record), messages);
        new AuditEvents(json, () => new SymbolDirectory()).Add(new Record(record));

        var texts = messages.Select(message => System.Text.Encoding.UTF8.GetString(message.Json.Span)).ToArray();
        Assert.That(messages.Select(message => message.Type), Is.EqualTo(new[] { "CommandExecuted", "ApiKeyAdded" }));
        Assert.That(texts[0], Does.Contain("\"operatorId\":7").And.Contain("for her bot").And.Contain("\"command\":\"AddApiKey\"").And.Contain("\"eventId\":\"2-5-0\""));
        Assert.That(texts[1], Does.Contain("\"accountId\":3").And.Contain("\"keyId\":9").And.Contain("\"eventId\":\"2-5-1\""));
        Assert.That(string.Concat(texts), Does.Not.Contain("THEVALUE").And.Not.Contain("CIPHER"));
    }

    private bool IsTrading(EventId id) => IsTrading(id.Sequence);

    private bool IsTrading(long sequence) => new Record(_stream.Records[(int)sequence - 1]).CommandType.IsTrading();

    private static byte[] RecordOf<T>(byte[] body, T happened)
        where T : unmanaged
    {
        var events = new byte[System.Runtime.CompilerServices.Unsafe.SizeOf<T>()];
        System.Runtime.InteropServices.MemoryMarshal.Write(events, in happened);
        var header = new RecordHeader
        {
            Length = RecordHeader.Size + body.Length + events.Length,
            CommandType = CommandType.Administer,
            BodyLength = (ushort)body.Length,
            Sequence = 5,
            TimeUs = 1_000_000,
        };
        var bytes = new byte[RecordHeader.Size];
        System.Runtime.InteropServices.MemoryMarshal.Write(bytes, in header);
        return [.. bytes, .. body, .. events];
    }
}
