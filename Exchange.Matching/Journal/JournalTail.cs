using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Journal;

/// <summary>What may be wrong with a journal's end behind a crash: a group that was never acknowledged, or one that is in the page cache alone.</summary>
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

    /// <summary>
    /// Makes durable what was read up to <paramref name="end"/>, for who hands it on without an appender: a process that was killed between write and
    /// sync, or one that is there still, leaves groups that a power loss would take away.
    /// </summary>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public static void Sync(IStorage storage, JournalEnd end)
    {
        if (end.SegmentNumber > 0)
        {
            using var file = storage.Open(end.SegmentName, create: false);
            file.Sync();
        }
    }
}
