using System.Diagnostics;
using System.Diagnostics.Metrics;
using Exchange.Host.Composition;
using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Replication;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Telemetry;

/// <summary>
/// The exchange's own instruments, all of the meter <see cref="MeterName"/>; README.md tells each with unit and attributes. The engine thread
/// runs none of this: positions are read by the exporter's thread, orders are counted by the callers, syncs by the journal thread, once per group.
/// </summary>
internal sealed class ExchangeMetrics : IDisposable
{
    public const string MeterName = "Exchange";

    private const double MicrosecondsPerSecond = 1e6;

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _orders;
    private readonly Histogram<double> _orderDuration;
    private readonly Histogram<double> _syncDuration;

    public ExchangeMetrics(PipelineLink link, IReplicationModule replication, IOptions<EngineOptions> engine)
    {
        _orders = _meter.CreateCounter<long>("exchange.orders", "{order}", "Orders placed, by type and by what became of them at once");
        _orderDuration = _meter.CreateHistogram<double>("exchange.order.duration", "s", "Trading request from its arrival to its durable answer, at the edge");
        _syncDuration = _meter.CreateHistogram<double>("exchange.journal.sync.duration", "s", "One write and one checked sync of a journal group");
        _meter.CreateObservableGauge(
            "exchange.command_ring.occupancy", () => link.Pipeline?.CommandsInRing ?? 0, "{slot}", "Slots of the command ring in use");
        _meter.CreateObservableGauge(
            "exchange.command_ring.capacity", () => engine.Value.CommandRingSlots, "{slot}", "Slots of the command ring");
        _meter.CreateObservableGauge(
            "exchange.event_ring.occupancy", () => EventsInRing(link), "{record}", "Records that the engine has made and the publisher has not passed");
        _meter.CreateObservableGauge("exchange.sequence", () => Positions(link), "{command}", "Positions in the total order of commands");
        _meter.CreateObservableGauge("exchange.replicator.lag", () => OfEach(replication, each => each.LagSequences), "{command}", "Commands that a replicator's store does not hold yet");
        _meter.CreateObservableGauge("exchange.replicator.lag.duration", () => LagTimes(replication), "s", "Time since a replicator's store last held all of them");
        AddCounter("exchange.replicator.batches", "{batch}", "Batches that a replicator has committed", each => each.Batches);
        AddCounter("exchange.replicator.units", "{unit}", "Rows, items or messages in these batches", each => each.Units);
        AddCounter("exchange.replicator.round_trips", "{call}", "Calls to a replicator's store whose answer was waited for", each => each.RoundTrips);
        _meter.CreateObservableGauge("exchange.admitting", () => link.Pipeline is { IsAdmitting: true } ? 1 : 0, "1", "1 while commands are taken, 0 otherwise");

        void AddCounter(string name, string unit, string description, Func<ReplicatorStatus, long> value) =>
            _meter.CreateObservableCounter(name, () => OfEach(replication, value), unit, description);
    }

    /// <summary>Counts an order that was placed. Any thread.</summary>
    public void CountOrder(OrderType type, string outcome) => _orders.Add(
        1, new KeyValuePair<string, object?>("exchange.order.type", NameOf(type)), new KeyValuePair<string, object?>("exchange.order.outcome", outcome));

    /// <summary>Any thread.</summary>
    public void RecordOrderDuration(TimeSpan elapsed, in TagList tags) => _orderDuration.Record(elapsed.TotalSeconds, tags);

    /// <summary>The journal thread, behind each group.</summary>
    public void RecordSync(long elapsedUs) => _syncDuration.Record(elapsedUs / MicrosecondsPerSecond);

    public void Dispose() => _meter.Dispose();

    private static string NameOf(OrderType type) => type switch
    {
        OrderType.Limit => "limit",
        OrderType.LimitMaker => "limit_maker",
        _ => "market",
    };

    private static long EventsInRing(PipelineLink link)
    {
        // Published first: it only follows, so the difference is never negative.
        var published = link.Pipeline?.PublishedSequence ?? 0;
        return (link.Pipeline?.ExecutedSequence ?? published) - published;
    }

    private static IEnumerable<Measurement<long>> Positions(PipelineLink link)
    {
        if (link.Pipeline is not { } pipeline)
        {
            yield break;
        }

        yield return At("executed", pipeline.ExecutedSequence);
        yield return At("durable", pipeline.DurableSequence);
        yield return At("published", pipeline.PublishedSequence);

        static Measurement<long> At(string position, long sequence) => new(sequence, new KeyValuePair<string, object?>("exchange.position", position));
    }

    private static IEnumerable<Measurement<long>> OfEach(IReplicationModule replication, Func<ReplicatorStatus, long> value) =>
        replication.Replicators.Select(each => new Measurement<long>(value(each), new KeyValuePair<string, object?>("exchange.replicator", each.Name)));

    private static IEnumerable<Measurement<double>> LagTimes(IReplicationModule replication) =>
        replication.Replicators.Select(each =>
            new Measurement<double>(each.LagUs / MicrosecondsPerSecond, new KeyValuePair<string, object?>("exchange.replicator", each.Name)));
}
