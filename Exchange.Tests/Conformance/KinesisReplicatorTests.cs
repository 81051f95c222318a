using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Kinesis;
using Exchange.Replication.Messages;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>The stream of an emulator, with few events in a record so that a batch is many requests.</summary>
[TestFixture]
internal sealed class KinesisReplicatorTests : DeliveryConformance
{
    protected override int WritesPerFailure => 20;

    protected override IStore NewStore() => new Stream();

    private sealed class Stream : Target
    {
        private readonly KinesisOptions _options = new() { Stream = LocalServices.NewName("market-audit"), Create = true, Shards = 2, EventsPerRecord = 3 };
        private readonly AwsClients _clients = TestAws.Clients(LocalServices.Shared.KinesisUrl);
        private EventStreamReader? _reader;

        public override void Dispose()
        {
            _reader?.Dispose();
            base.Dispose();
        }

        protected override IEventTarget NewTarget() => new KinesisStream(_clients.NewJson(AwsJsonService.Kinesis), _options);

        protected override IReadOnlyList<(string Group, EventId Id, string Json)> Receive()
        {
            _reader ??= new EventStreamReader(_clients, _options.Stream);
            return
            [
                .. _reader.ReadAsync().GetAwaiter().GetResult().SelectMany(record => record.Events.Select(
                    entry => (record.Key, EventIdText.Of(entry!["event"]!), entry.ToJsonString()))),
            ];
        }
    }
}
