using Exchange.Benchmarks.Outage;
using Exchange.Replication.Aws;
using Exchange.Replication.Kinesis;
using Exchange.Replication.Messages;

namespace Exchange.Tests.Support.Aws;

/// <summary>
/// What consumers of a host's queue and stream have of its order events, each kept once by the last id of its group. One caller.
/// </summary>
internal sealed class DeliveredEvents(LocalServices services) : IAsyncDisposable
{
    private readonly EventConsumer _consumer = new();
    private readonly QueueReader _queue = new(TestAws.Clients(services.SqsUrl), FaultyStores.Queue);
    private readonly AwsClients _kinesis = TestAws.Clients(services.KinesisUrl);
    private readonly Dictionary<string, EventId> _last = [];

    /// <summary>Sequence and type, by account, in order.</summary>
    public IReadOnlyDictionary<int, List<(long Sequence, string Type)>> OfQueue => _consumer.Taken;

    /// <summary>Sequences, one for each event, in order of the market.</summary>
    public List<long> OfStream { get; } = [];

    /// <summary>Takes what is there.</summary>
    public async Task TakeAsync()
    {
        await _consumer.PumpAsync(_queue);

        // From the beginning each time: an emulator that was killed has another one.
        using var stream = new EventStreamReader(_kinesis, FaultyStores.Stream);
        foreach (var record in (await stream.ReadAsync()).Where(record => record.Key != KinesisStream.AuditKey))
        {
            foreach (var id in record.Events.Select(entry => EventIdText.Of(entry!["event"]!)))
            {
                if (!_last.TryGetValue(record.Key, out var last) || last.CompareTo(id) < 0)
                {
                    _last[record.Key] = id;
                    OfStream.Add(id.Sequence);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Dispose();
        await _consumer.DisposeAsync();
    }
}
