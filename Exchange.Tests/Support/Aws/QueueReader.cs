using System.Text.Json.Nodes;
using Exchange.Replication.Aws;

namespace Exchange.Tests.Support.Aws;

/// <summary>A message as a consumer receives it.</summary>
internal sealed record ReceivedMessage(string Group, string DeduplicationId, string Body, string ContentType, string Receipt);

/// <summary>Receives from a queue, in order of each group. One thread.</summary>
internal sealed class QueueReader(AwsClients clients, string queue) : IDisposable
{
    private readonly AwsJsonClient _client = clients.NewJson(AwsJsonService.Sqs);
    private string? _url;

    /// <summary>Returns up to ten messages; none when nothing can be received now.</summary>
    public async Task<List<ReceivedMessage>> ReceiveAsync()
    {
        _url ??= (await CallAsync("GetQueueUrl", new JsonObject { ["QueueName"] = queue }))["QueueUrl"]!.GetValue<string>();
        var answer = await CallAsync("ReceiveMessage", new JsonObject
        {
            ["QueueUrl"] = _url,
            ["MaxNumberOfMessages"] = 10,
            ["MessageSystemAttributeNames"] = new JsonArray("MessageGroupId", "MessageDeduplicationId"),
            ["MessageAttributeNames"] = new JsonArray("All"),
        });
        return
        [
            .. (answer["Messages"]?.AsArray() ?? []).Select(message => new ReceivedMessage(
                message!["Attributes"]!["MessageGroupId"]!.GetValue<string>(),
                message["Attributes"]!["MessageDeduplicationId"]!.GetValue<string>(),
                message["Body"]!.GetValue<string>(),
                message["MessageAttributes"]!["Content-Type"]!["StringValue"]!.GetValue<string>(),
                message["ReceiptHandle"]!.GetValue<string>())),
        ];
    }

    public async Task DeleteAsync(IReadOnlyList<ReceivedMessage> messages) => await CallAsync("DeleteMessageBatch", new JsonObject
    {
        ["QueueUrl"] = _url,
        ["Entries"] = new JsonArray([.. messages.Select((message, index) => new JsonObject { ["Id"] = $"{index}", ["ReceiptHandle"] = message.Receipt })]),
    });

    /// <summary>Receives and deletes until nothing is left.</summary>
    public async Task<List<ReceivedMessage>> DrainAsync()
    {
        List<ReceivedMessage> all = [];
        while (await ReceiveAsync() is { Count: > 0 } messages)
        {
            await DeleteAsync(messages);
            all.AddRange(messages);
        }

        return all;
    }

    public void Dispose() => _client.Dispose();

    private Task<JsonObject> CallAsync(string operation, JsonObject input) =>
        _client.CallAsync(operation, input, AnyJson.Default.JsonObject, AnyJson.Default.JsonObject, default);
}
