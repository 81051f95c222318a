using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Messages;
using Microsoft.Extensions.Options;

namespace Exchange.Replication.Sqs;

/// <summary>Order and execution events in a FIFO queue.</summary>
internal sealed class SqsStore(IOptions<SqsOptions> options, AwsClients clients, StoreSurroundings surroundings) : EventStore(surroundings)
{
    public override string Name => "sqs";

    public override bool IsOn => options.Value.Queue.Length > 0;

    protected override int RequestsAtOnce => options.Value.RequestsAtOnce;

    protected override int BatchMessages => options.Value.BatchMessages;

    protected override IEventTarget NewTarget() => new SqsQueue(clients.NewJson(AwsJsonService.Sqs), options.Value);
}
