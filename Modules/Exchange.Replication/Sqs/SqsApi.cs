using System.Text.Json.Serialization;

namespace Exchange.Replication.Sqs;

// The shapes of the five operations in use, as the SQS API reference (2012-11-05, AWS JSON 1.0) has them.

internal sealed record CreateQueueRequest(string QueueName, Dictionary<string, string> Attributes);

internal sealed record GetQueueUrlRequest(string QueueName);

internal sealed record QueueUrlResult(string QueueUrl);

internal sealed record GetQueueAttributesRequest(string QueueUrl, string[] AttributeNames);

internal sealed record QueueAttributesResult(Dictionary<string, string>? Attributes);

internal sealed record MessageAttribute(string DataType, string StringValue);

internal sealed record SendMessageBatchEntry(
    string Id, string MessageBody, string MessageGroupId, string MessageDeduplicationId, Dictionary<string, MessageAttribute> MessageAttributes);

internal sealed record SendMessageBatchRequest(string QueueUrl, List<SendMessageBatchEntry> Entries);

internal sealed record BatchResultEntry(string Id);

internal sealed record BatchErrorEntry(string Id, bool SenderFault, string Code, string? Message);

internal sealed record SendMessageBatchResult(List<BatchResultEntry>? Successful, List<BatchErrorEntry>? Failed);

[JsonSerializable(typeof(CreateQueueRequest))]
[JsonSerializable(typeof(GetQueueUrlRequest))]
[JsonSerializable(typeof(QueueUrlResult))]
[JsonSerializable(typeof(GetQueueAttributesRequest))]
[JsonSerializable(typeof(QueueAttributesResult))]
[JsonSerializable(typeof(SendMessageBatchRequest))]
[JsonSerializable(typeof(SendMessageBatchResult))]
internal sealed partial class SqsJson : JsonSerializerContext;
