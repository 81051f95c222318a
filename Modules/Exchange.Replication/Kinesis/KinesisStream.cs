using System.Buffers;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Exchange.Replication.Aws;
using Exchange.Replication.Messages;

namespace Exchange.Replication.Kinesis;

/// <summary>
/// A stream for everybody's events: those of a market under its name as partition key, everything that is no trading under <c>audit</c>. A record
/// of the stream is a JSON array of a key's next events, so that one record of each key under way at a time carries many.
/// </summary>
internal sealed class KinesisStream(AwsJsonClient client, KinesisOptions options) : IEventTarget
{
    /// <summary>Partition key of what belongs to no market.</summary>
    public const string AuditKey = "audit";

    private const int CreationPollMs = 20;
    private const int RequestBytes = 5 * 1024 * 1024;
    private const int RecordBytes = 1024 * 1024;
    private const string Active = "ACTIVE";
    private const string Creating = "CREATING";
    private const string Updating = "UPDATING";

    public string Name => "kinesis";

    public int EntriesMax => 500;

    public int BytesMax => RequestBytes;

    public bool TakesAudit => true;

    public async Task<string> OpenAsync()
    {
        StreamSummary stream;
        try
        {
            stream = await DescribeAsync().ConfigureAwait(false);
        }
        catch (AmazonServiceException missing) when (missing.ErrorCode == "ResourceNotFoundException")
        {
            if (!options.Create)
            {
                throw new StoreUnfitException($"there is no stream '{options.Stream}': {missing.Message}");
            }

            await client.CallAsync(
                "CreateStream",
                new CreateStreamRequest(options.Stream, options.Shards),
                KinesisJson.Default.CreateStreamRequest,
                KinesisJson.Default.NoResult,
                default).ConfigureAwait(false);
            do
            {
                await Task.Delay(CreationPollMs).ConfigureAwait(false);
                stream = await DescribeAsync().ConfigureAwait(false);
            }
            while (stream.StreamStatus == Creating);
        }

        return stream.StreamStatus is Active or Updating
            ? stream.StreamARN
            : throw new StoreUnfitException($"the stream '{options.Stream}' is {stream.StreamStatus}");
    }

    public string GroupOf(in EventMessage message) => message.Symbol is { } symbol && message.IsTrading ? symbol : AuditKey;

    public OutgoingEntry Pack(string group, IReadOnlyCollection<EventMessage> messages)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes);
        var count = 0;
        var id = default(EventId);
        writer.WriteStartArray();
        foreach (var message in messages)
        {
            // Room for the key, the brackets and the type.
            var end = writer.BytesCommitted + writer.BytesPending + message.Json.Length + 4 * Encoding.UTF8.GetMaxByteCount(group.Length) + 128;
            if (count > 0 && (count == options.EventsPerRecord || end > RecordBytes))
            {
                break;
            }

            id = count++ == 0 ? message.Id : id;
            writer.WriteStartObject();
            writer.WriteString("type", message.Type);
            writer.WritePropertyName("event");
            writer.WriteRawValue(message.Json.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        return new OutgoingEntry(group, count, bytes.WrittenCount + Encoding.UTF8.GetByteCount(group), id, bytes.WrittenMemory);
    }

    public async Task<IReadOnlyList<RefusedEntry>> SendAsync(IReadOnlyList<OutgoingEntry> entries)
    {
        var request = new PutRecordsRequest(options.Stream, [.. entries.Select(entry => new PutRecordsEntry(entry.Body, entry.Group))]);
        var result = await client.CallAsync(
            "PutRecords", request, KinesisJson.Default.PutRecordsRequest, KinesisJson.Default.PutRecordsResult, default).ConfigureAwait(false);
        if (result.Records.Count != entries.Count)
        {
            throw new AmazonClientException($"Kinesis answered {result.Records.Count} records of {entries.Count}");
        }

        return
        [
            .. result.Records.Select((record, index) => new RefusedEntry(index, record.ErrorCode ?? "", record.ErrorMessage ?? "", IsFinal: false))
                .Where(entry => entry.Code.Length > 0),
        ];
    }

    public void Dispose() => client.Dispose();

    private async Task<StreamSummary> DescribeAsync() => (await client.CallAsync(
        "DescribeStreamSummary",
        new DescribeStreamSummaryRequest(options.Stream),
        KinesisJson.Default.DescribeStreamSummaryRequest,
        KinesisJson.Default.DescribeStreamSummaryResult,
        default).ConfigureAwait(false)).StreamDescriptionSummary;
}
