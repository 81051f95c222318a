using System.Text.Json.Nodes;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Messages;
using Exchange.Replication.Sqs;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>The FIFO queue of an emulator.</summary>
[TestFixture]
internal sealed class SqsReplicatorTests : DeliveryConformance
{
    protected override IStore NewStore() => new Queue();

    private sealed class Queue : Target
    {
        private readonly SqsOptions _options = new() { Queue = LocalServices.NewName("events") + ".fifo", Create = true };
        private readonly AwsClients _clients = TestAws.Clients(LocalServices.Shared.SqsUrl);
        private QueueReader? _reader;

        public override void Dispose()
        {
            _reader?.Dispose();
            base.Dispose();
        }

        protected override IEventTarget NewTarget() => new SqsQueue(_clients.NewJson(AwsJsonService.Sqs), _options);

        protected override IReadOnlyList<(string Group, EventId Id, string Json)> Receive()
        {
            _reader ??= new QueueReader(_clients, _options.Queue);
            return [.. _reader.DrainAsync().GetAwaiter().GetResult().Select(Read)];
        }

        private static (string Group, EventId Id, string Json) Read(ReceivedMessage message)
        {
            var content = JsonNode.Parse(message.Body)!["message"]!;
            var id = EventIdText.Of(content);
            Assert.That(EventIdText.Parse(message.DeduplicationId), Is.EqualTo(id));
            return (message.Group, id, content.ToJsonString());
        }
    }
}
