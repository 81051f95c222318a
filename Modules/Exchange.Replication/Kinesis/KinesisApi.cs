using System.Text.Json.Serialization;

namespace Exchange.Replication.Kinesis;

// The shapes of the three operations in use, as the Kinesis API reference (2013-12-02, AWS JSON 1.1) has them.

internal sealed record CreateStreamRequest(string StreamName, int ShardCount);

/// <summary>Operations that answer nothing.</summary>
internal sealed record NoResult;

internal sealed record DescribeStreamSummaryRequest(string StreamName);

internal sealed record StreamSummary(string StreamARN, string StreamStatus);

internal sealed record DescribeStreamSummaryResult(StreamSummary StreamDescriptionSummary);

internal sealed record PutRecordsEntry(ReadOnlyMemory<byte> Data, string PartitionKey);

internal sealed record PutRecordsRequest(string StreamName, List<PutRecordsEntry> Records);

internal sealed record PutRecordsResultEntry(string? SequenceNumber, string? ShardId, string? ErrorCode, string? ErrorMessage);

internal sealed record PutRecordsResult(int FailedRecordCount, List<PutRecordsResultEntry> Records);

[JsonSerializable(typeof(CreateStreamRequest))]
[JsonSerializable(typeof(NoResult))]
[JsonSerializable(typeof(DescribeStreamSummaryRequest))]
[JsonSerializable(typeof(DescribeStreamSummaryResult))]
[JsonSerializable(typeof(PutRecordsRequest))]
[JsonSerializable(typeof(PutRecordsResult))]
internal sealed partial class KinesisJson : JsonSerializerContext;
