using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Tests.Simulation;

/// <summary>Stands behind the views and tells what they were shown; keeps nothing.</summary>
internal sealed class RecordWitness(RecordWitness.Seen? onRecord) : IRecordConsumer
{
    public delegate void Seen(in Record record);

    public void BeginBatch()
    {
    }

    public void Apply(in Record record, int replyToken) => onRecord?.Invoke(in record);

    public void EndBatch()
    {
    }

    public void Save(SnapshotWriter writer) => writer.Write(1);

    public void Load(SnapshotReader reader) => reader.ReadVersion(nameof(RecordWitness), 1);
}
