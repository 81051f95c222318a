using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Messages;
using Microsoft.Extensions.Options;

namespace Exchange.Replication.Kinesis;

/// <summary>The market and audit stream.</summary>
internal sealed class KinesisStore(IOptions<KinesisOptions> options, AwsClients clients, StoreSurroundings surroundings) : EventStore(surroundings)
{
    public override string Name => "kinesis";

    public override bool IsOn => options.Value.Stream.Length > 0;

    /// <summary>A request has room for a record of every market.</summary>
    public const int RequestsUnderWay = 1;

    protected override int RequestsAtOnce => RequestsUnderWay;

    protected override int BatchMessages => options.Value.BatchEvents;

    protected override IEventTarget NewTarget() => new KinesisStream(clients.NewJson(AwsJsonService.Kinesis), options.Value);
}
