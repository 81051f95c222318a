using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Journal;

/// <summary>Takes away what a crash left of a group that was never acknowledged.</summary>
public static class JournalTail
{
    /// <summary>
    /// Overwrites the torn group at <paramref name="end"/> with zeros, durably, and returns the end that an appender takes; an end without a
    /// torn group comes back as it is. A crash in here leaves a torn group again.
    /// </summary>
    /// <param name="log">Receives one line that names file, offset and bytes.</param>
    /// <exception cref="StorageException">The zeros could not be made durable; the start must be refused.</exception>
    public static JournalEnd Cut(IStorage storage, JournalEnd end, Action<string> log)
    {
        if (!end.IsTorn)
        {
            return end;
        }

        log($"journal: torn group cut: {end.SegmentName}, offset {end.Offset}, {end.TornBytes} bytes; "
            + $"sequence {end.NextSequence} was never acknowledged");
        using var file = storage.Open(end.SegmentName, create: false);
        var length = end.TornBytes;
        Planted.Let(PlantedBug.TornTailLeft, ref length, 0);
        file.Write(new byte[length], end.Offset);
        file.Sync();
        return end with { TornBytes = 0 };
    }
}
