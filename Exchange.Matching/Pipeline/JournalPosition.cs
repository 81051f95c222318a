using Exchange.Matching.Journal;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>Brings a reader to where a snapshot stands.</summary>
internal static class JournalPosition
{
    /// <summary>
    /// Reads over what the snapshot holds already, and checks that the journal is the one that it was taken from: the group that ends with its
    /// sequence has the hash that it carries.
    /// </summary>
    /// <param name="reader">Opened with the sequence behind the snapshot.</param>
    /// <param name="snapshot">Null: the reader stays at the beginning.</param>
    /// <exception cref="JournalDamagedException">It is another journal, or one that ends before.</exception>
    public static void GoTo(JournalReader reader, SnapshotHeader? snapshot)
    {
        if (snapshot is null)
        {
            return;
        }

        while (reader.NextSequence <= snapshot.Sequence && reader.TryReadGroup(out _))
        {
        }

        var file = $"{SnapshotStore.DefaultFolder}/{SnapshotFormat.FileName(snapshot.Sequence)}";
        var isBeyond = reader.NextSequence <= snapshot.Sequence;
        Planted.Let(PlantedBug.SnapshotBeyondJournalTaken, ref isBeyond, false);
        if (isBeyond)
        {
            throw new JournalDamagedException(
                file, 16, $"the journal ends with sequence {reader.NextSequence - 1}, but this snapshot was taken behind {snapshot.Sequence}: a part of the journal is missing");
        }

        if (reader.NextSequence != snapshot.Sequence + 1 || reader.ChainHash != snapshot.ChainHash)
        {
            throw new JournalDamagedException(
                file, 32, $"it was taken behind the group {snapshot.ChainHash:x16}, the journal holds {reader.ChainHash:x16} before sequence {reader.NextSequence}: it belongs to another journal");
        }
    }
}
