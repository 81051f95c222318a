using System.Diagnostics;
using System.Text.Json.Serialization;
using Exchange.Benchmarks.Processes;
using Exchange.Matching.Journal;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Kinesis;
using Exchange.Replication.Messages;
using Exchange.Replication.Sqs;

namespace Exchange.Benchmarks.Replicate;

/// <summary>
/// A queue or a stream of the emulator that the environment names, with default options. What the emulator takes at most is measured by the same requests, sent to
/// another queue or stream by nobody who reads a journal, packs messages or keeps a position.
/// </summary>
/// <param name="newTarget">Of a name.</param>
/// <param name="delete">Deletes what has a name.</param>
internal sealed class EventsTarget(
    string directory, string suffix, int requestsAtOnce, int batchMessages, Func<string, IEventTarget> newTarget, Func<string, Task> delete) : IReplicateTarget
{
    public const string SqsVariable = "EXCHANGE_SQS";
    public const string KinesisVariable = "EXCHANGE_KINESIS";

    private static int _made;

    private readonly string _name = $"replicate-{Environment.ProcessId}-{++_made}{suffix}";
    private readonly string _plainName = $"replicate-{Environment.ProcessId}-{++_made}{suffix}";
    private SentRequests? _sent;
    private EventReplicator? _replicator;

    public static EventsTarget Sqs(string directory)
    {
        var clients = LocalAws.Clients(Url(SqsVariable));
        return new EventsTarget(
            directory, ".fifo", new SqsOptions().RequestsAtOnce, new SqsOptions().BatchMessages,
            name => new SqsQueue(clients.NewJson(AwsJsonService.Sqs), new SqsOptions { Queue = name, Create = true }),
            async name =>
            {
                using var client = clients.NewJson(AwsJsonService.Sqs);
                var url = (await client.CallAsync(
                    "GetQueueUrl", new GetQueueUrlRequest(name), SqsJson.Default.GetQueueUrlRequest, SqsJson.Default.QueueUrlResult, default).ConfigureAwait(false)).QueueUrl;
                await client.CallAsync("DeleteQueue", new DeleteQueue(url), DeletionJson.Default.DeleteQueue, DeletionJson.Default.Deleted, default).ConfigureAwait(false);
            });
    }

    public static EventsTarget Kinesis(string directory)
    {
        var clients = LocalAws.Clients(Url(KinesisVariable));
        return new EventsTarget(
            directory, "", KinesisStore.RequestsUnderWay, new KinesisOptions().BatchEvents,
            name => new KinesisStream(clients.NewJson(AwsJsonService.Kinesis), new KinesisOptions { Stream = name, Create = true }),
            async name =>
            {
                using var client = clients.NewJson(AwsJsonService.Kinesis);
                await client.CallAsync("DeleteStream", new DeleteStream(name), DeletionJson.Default.DeleteStream, DeletionJson.Default.Deleted, default).ConfigureAwait(false);
            });
    }

    public IReplicator NewReplicator()
    {
        var storage = new FileStorage(Path.Combine(directory, _name), JournalSyncMethod.Fdatasync, _ => { });
        _sent = new SentRequests(newTarget(_name));
        return _replicator = new EventReplicator(_sent, () => storage, requestsAtOnce, batchMessages);
    }

    public double? UnitsPerSecondAtMost()
    {
        using var target = newTarget(_plainName);
        target.OpenAsync().GetAwaiter().GetResult();
        var requests = _sent!.Requests;
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        Task.WhenAll(Enumerable.Range(0, requestsAtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var index && index < requests.Count)
            {
                if (await target.SendAsync(requests[index]).ConfigureAwait(false) is { Count: > 0 } refused)
                {
                    throw new InvalidOperationException($"the emulator refuses: {refused[0]}");
                }
            }
        }))).GetAwaiter().GetResult();
        return requests.Sum(request => request.Sum(entry => entry.MessageCount)) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public void Dispose()
    {
        _replicator?.Dispose();
        delete(_name).GetAwaiter().GetResult();
        delete(_plainName).GetAwaiter().GetResult();
    }

    private static Uri Url(string variable) => Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var given)
        ? given
        : throw new UsageException($"{variable} names no emulator: run 'infra/local/services up' and set what it prints");
}

internal sealed record DeleteQueue(string QueueUrl);

internal sealed record DeleteStream(string StreamName);

internal sealed record Deleted;

[JsonSerializable(typeof(DeleteQueue))]
[JsonSerializable(typeof(DeleteStream))]
[JsonSerializable(typeof(Deleted))]
internal sealed partial class DeletionJson : JsonSerializerContext;
