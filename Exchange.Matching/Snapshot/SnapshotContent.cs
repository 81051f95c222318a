using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Snapshot;

/// <summary>
/// The content of a snapshot: the engine with risk and ledger, then every consumer of records, each behind the name of its type; all at one sequence.
/// One thread, while nothing changes them.
/// </summary>
public static class SnapshotContent
{
    private const int ConsumersMax = 1_000;

    public static void Save(SnapshotWriter writer, ISnapshotState engine, IReadOnlyList<IRecordConsumer> consumers)
    {
        engine.Save(writer);
        writer.Write(consumers.Count);
        foreach (var consumer in consumers)
        {
            writer.Write(NameOf(consumer));
            consumer.Save(writer);
        }

        writer.Flush();
    }

    /// <summary>Fills an empty engine and empty consumers, which must be those that were saved, in the same order.</summary>
    /// <exception cref="SnapshotDamagedException">The content is none that this build can go on from; engine and consumers must be thrown away.</exception>
    public static void Load(SnapshotReader reader, ISnapshotState engine, IReadOnlyList<IRecordConsumer> consumers)
    {
        try
        {
            engine.Load(reader);
            var count = reader.ReadCount(ConsumersMax);
            if (count != consumers.Count)
            {
                throw new SnapshotDamagedException($"it holds {count} views, this build has {consumers.Count}");
            }

            foreach (var consumer in consumers)
            {
                if (reader.ReadString() is var name && name != NameOf(consumer))
                {
                    throw new SnapshotDamagedException($"it holds the view {name} where this build has {NameOf(consumer)}");
                }

                consumer.Load(reader);
            }
        }
        catch (InvariantBrokenException broken)
        {
            throw new SnapshotDamagedException($"its parts contradict each other: {broken.Message}");
        }
    }

    private static string NameOf(IRecordConsumer consumer) => consumer.GetType().Name;
}
