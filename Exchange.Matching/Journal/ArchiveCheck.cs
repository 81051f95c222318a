using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Journal;

/// <summary>
/// Reads everything that an archive holds of a data directory: its segments, and behind them the journal's, must be one unbroken chain from the first sequence
/// to the journal's end, and every snapshot must verify, the journal's own included. For an exchange that is stopped; changes nothing.
/// </summary>
/// <param name="LastSequence">Of the archive's last segment; 0 when it has none.</param>
/// <param name="Differences">One line for each thing that is damaged or missing.</param>
public sealed record ArchiveCheck(long LastSequence, IReadOnlyList<string> Differences)
{
    private const string JournalFolder = "journal";

    /// <param name="endSequence">The journal's last sequence.</param>
    /// <exception cref="IOException">The archive or the data directory cannot be read.</exception>
    public static ArchiveCheck Run(IStorage live, IArchive archive, long endSequence)
    {
        var differences = new List<string>();
        var whole = new ArchivedJournal(live, archive, prefersArchive: true);
        var lastSequence = 0L;
        try
        {
            lastSequence = ReadSegments(whole, archive, endSequence, differences);
        }
        catch (JournalDamagedException damage)
        {
            differences.Add(damage.Message);
        }

        var snapshots = new SnapshotStore(whole);
        foreach (var sequence in snapshots.List())
        {
            try
            {
                snapshots.OpenVerified(snapshots.NameOf(sequence), sequence).Dispose();
            }
            catch (SnapshotDamagedException damage)
            {
                differences.Add(damage.Message);
            }
        }

        return new ArchiveCheck(lastSequence, differences);
    }

    private static long ReadSegments(ArchivedJournal whole, IArchive archive, long endSequence, List<string> differences)
    {
        var first = JournalReader.FirstSequence(whole) ?? 1;
        if (first > 1)
        {
            differences.Add($"archive and journal begin with sequence {first}: what lies before is in neither");
        }

        using var reader = new JournalReader(whole, first);
        while (reader.TryReadGroup(out _))
        {
        }

        var end = reader.End.NextSequence - 1;
        if (end != endSequence)
        {
            differences.Add($"archive and journal end with sequence {end}, the journal alone with {endSequence}");
        }

        // What follows the archive's last segment tells where that ends.
        var archived = archive.List(JournalFolder).Select(name => $"{JournalFolder}/{name}").ToHashSet();
        var index = reader.Segments.ToList().FindLastIndex(segment => archived.Contains(segment.Name));
        return index < 0 ? 0 : index + 1 < reader.Segments.Count ? reader.Segments[index + 1].Header.FirstSequence - 1 : end;
    }
}
