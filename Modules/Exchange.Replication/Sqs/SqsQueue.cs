using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Exchange.Replication.Aws;
using Exchange.Replication.Messages;

namespace Exchange.Replication.Sqs;

/// <summary>A FIFO queue for order and execution events: one message per event, a group per account, the event's id as deduplication id.</summary>
internal sealed class SqsQueue(AwsJsonClient client, SqsOptions options) : IEventTarget
{
    private const string QueueMissing = "QueueDoesNotExist";
    private const int RequestBytes = 256 * 1024;

    private readonly MassTransitEnvelope _envelope = new(options.Queue);

    private static readonly Dictionary<string, MessageAttribute> Attributes = new()
    {
        ["Content-Type"] = new MessageAttribute("String", MassTransitEnvelope.ContentType),
    };

    private string _url = "";

    public string Name => "sqs";

    public int EntriesMax => 10;

    // Attributes count, too.
    public int BytesMax => RequestBytes - 10 * 64;

    public bool TakesAudit => false;

    public async Task<string> OpenAsync()
    {
        _url = options.Create ? await CreateAsync().ConfigureAwait(false) : await FindAsync(options.Queue).ConfigureAwait(false);
        var attributes = await AttributesAsync(_url).ConfigureAwait(false);
        Require(attributes.GetValueOrDefault("FifoQueue") == "true", "is no FIFO queue");
        Require(
            attributes.GetValueOrDefault("ContentBasedDeduplication") is null or "false",
            "deduplicates by content: events are told apart by their ids alone");
        Require(
            attributes.TryGetValue("RedrivePolicy", out var policy) && policy.Contains("deadLetterTargetArn", StringComparison.Ordinal),
            "has no dead-letter queue: one event that a consumer cannot take would hold its account's later ones back for good");
        return attributes["QueueArn"];
    }

    /// <summary>One group per account: all of its order and execution events, on whatever market, in their order.</summary>
    public string GroupOf(in EventMessage message) => string.Create(CultureInfo.InvariantCulture, $"account-{message.AccountId}");

    public OutgoingEntry Pack(string group, IReadOnlyCollection<EventMessage> messages)
    {
        var message = messages.First();
        var body = Encoding.UTF8.GetBytes(_envelope.Wrap(message));
        return new OutgoingEntry(group, 1, body.Length, message.Id, body);
    }

    public async Task<IReadOnlyList<RefusedEntry>> SendAsync(IReadOnlyList<OutgoingEntry> entries)
    {
        var request = new SendMessageBatchRequest(
            _url,
            [
                .. entries.Select((entry, index) => new SendMessageBatchEntry(
                    index.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(entry.Body.Span), entry.Group, entry.Id.ToString(), Attributes)),
            ]);
        var result = await client.CallAsync(
            "SendMessageBatch", request, SqsJson.Default.SendMessageBatchRequest, SqsJson.Default.SendMessageBatchResult, default).ConfigureAwait(false);
        return Refused(entries.Count, result);
    }

    public void Dispose()
    {
        _envelope.Dispose();
        client.Dispose();
    }

    /// <summary>What the answer does not name as taken is not taken.</summary>
    private static List<RefusedEntry> Refused(int count, SendMessageBatchResult result)
    {
        var taken = (result.Successful ?? []).Select(entry => entry.Id).ToHashSet();
        var failed = (result.Failed ?? []).ToDictionary(entry => entry.Id);
        var refused = new List<RefusedEntry>();
        for (var index = 0; index < count; index++)
        {
            var id = index.ToString(CultureInfo.InvariantCulture);
            if (!taken.Contains(id))
            {
                refused.Add(failed.TryGetValue(id, out var error)
                    ? new RefusedEntry(index, error.Code, error.Message ?? "", error.SenderFault && !IsThrottled(error.Code))
                    : new RefusedEntry(index, "NoAnswer", "the service said nothing about it", IsFinal: false));
            }
        }

        return refused;
    }

    /// <summary>Being too fast counts as the sender's fault, too.</summary>
    private static bool IsThrottled(string code) => code.Contains("Throttl", StringComparison.OrdinalIgnoreCase);

    private async Task<string> CreateAsync()
    {
        var deadLetters = options.Queue[..^".fifo".Length] + "-dead.fifo";
        var deadUrl = await FindOrCreateAsync(deadLetters, []).ConfigureAwait(false);
        var deadArn = (await AttributesAsync(deadUrl).ConfigureAwait(false))["QueueArn"];
        using var policy = new MemoryStream();
        using (var writer = new Utf8JsonWriter(policy))
        {
            writer.WriteStartObject();
            writer.WriteString("deadLetterTargetArn", deadArn);
            writer.WriteNumber("maxReceiveCount", options.ReceivesMax);
            writer.WriteEndObject();
        }

        return await FindOrCreateAsync(
            options.Queue, new() { ["RedrivePolicy"] = Encoding.UTF8.GetString(policy.ToArray()) }).ConfigureAwait(false);
    }

    private async Task<string> FindOrCreateAsync(string name, Dictionary<string, string> further)
    {
        try
        {
            return await FindAsync(name).ConfigureAwait(false);
        }
        catch (StoreUnfitException)
        {
            // As infra/Exchange.Infra makes them.
            var attributes = new Dictionary<string, string>(further)
            {
                ["FifoQueue"] = "true",
                ["ContentBasedDeduplication"] = "false",
                ["DeduplicationScope"] = "messageGroup",
                ["FifoThroughputLimit"] = "perMessageGroupId",
                ["MessageRetentionPeriod"] = $"{14 * 86_400}",
                ["VisibilityTimeout"] = "60",
            };
            return (await client.CallAsync(
                "CreateQueue", new CreateQueueRequest(name, attributes), SqsJson.Default.CreateQueueRequest, SqsJson.Default.QueueUrlResult, default)
                .ConfigureAwait(false)).QueueUrl;
        }
    }

    private async Task<string> FindAsync(string name)
    {
        try
        {
            return (await client.CallAsync(
                "GetQueueUrl", new GetQueueUrlRequest(name), SqsJson.Default.GetQueueUrlRequest, SqsJson.Default.QueueUrlResult, default)
                .ConfigureAwait(false)).QueueUrl;
        }
        catch (AmazonServiceException missing) when (missing.ErrorCode is QueueMissing or "AWS.SimpleQueueService.NonExistentQueue")
        {
            throw new StoreUnfitException($"there is no queue '{name}': {missing.Message}");
        }
    }

    private async Task<Dictionary<string, string>> AttributesAsync(string url) => (await client.CallAsync(
        "GetQueueAttributes",
        new GetQueueAttributesRequest(url, ["QueueArn", "FifoQueue", "ContentBasedDeduplication", "RedrivePolicy"]),
        SqsJson.Default.GetQueueAttributesRequest,
        SqsJson.Default.QueueAttributesResult,
        default).ConfigureAwait(false)).Attributes ?? [];

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new StoreUnfitException($"the queue '{options.Queue}' {otherwise}");
        }
    }
}
