using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Copies journal, snapshots and quarantine of a data directory whose exchange may be running, into one that recovers: to a prefix of what was recorded, with
/// everything that was durable when the copy began. Why plain copying does not do: it reads the segment in writing piece by piece, so a later piece may hold
/// groups that follow on ones which the earlier piece does not have yet, and a start must take that for damage.
/// <code>
/// snapshots ──► the journal is read to its last whole group, and synced ──► closed segments as they are, the last one up to there, zeros behind it
/// </code>
/// What lies before the end of a whole group never changes. Only the retention changes files that are closed, by deleting them: then it begins anew, as it does
/// when the last group was read while it was being written. One thread; reads the source, and syncs its last segment.
/// </summary>
public static class DirectoryBackup
{
    private const int TriesMax = 50;
    private const int CopyBytes = 1 << 20;
    private const int NotFound = 2;
    private const string QuarantineFolder = "quarantine";

    /// <summary>Copies; returns the last sequence that the copy holds. What it returns is durable.</summary>
    /// <param name="source">The data directory.</param>
    /// <param name="target">An empty one.</param>
    /// <exception cref="ArgumentException">The target holds a journal or snapshots already.</exception>
    /// <exception cref="JournalDamagedException">The source does not verify, time and again.</exception>
    /// <exception cref="StorageException">One of the two failed.</exception>
    public static long Run(IStorage source, IStorage target, string journalFolder = "journal")
    {
        string[] folders = [journalFolder, SnapshotStore.DefaultFolder, QuarantineFolder];
        if (folders.Any(folder => target.List(folder).Count > 0))
        {
            throw new ArgumentException("the target holds files of an exchange already: choose an empty directory", nameof(target));
        }

        for (var triesLeft = TriesMax; ; triesLeft--)
        {
            try
            {
                return Copy(source, target, journalFolder);
            }
            catch (Exception moved) when (triesLeft > 1 && moved is JournalDamagedException or StorageException { Errno: NotFound })
            {
                Array.ForEach(folders, folder => Empty(target, folder));
            }
        }
    }

    private static long Copy(IStorage source, IStorage target, string journalFolder)
    {
        CopyFolder(source, target, SnapshotStore.DefaultFolder, name => SnapshotFormat.TryParseName(name, out _));
        CopyFolder(source, target, QuarantineFolder, name => !name.EndsWith(JournalFormat.TemporarySuffix, StringComparison.Ordinal));
        var first = SegmentList.Read(source, journalFolder) is [var oldest, ..] ? oldest.Header.FirstSequence : 1;
        using var reader = new JournalReader(source, first, journalFolder);
        while (reader.TryReadGroup(out _))
        {
            // Reading checks: what is copied verifies.
        }

        // A copy of what the source could still lose would be another history.
        var end = reader.End;
        JournalTail.Sync(source, end);
        target.CreateFolder(journalFolder);
        foreach (var (name, header) in reader.Segments)
        {
            CopyFile(source, target, name, name == end.SegmentName ? end.Offset : header.SegmentBytes, header.SegmentBytes);
        }

        target.SyncFolder(journalFolder);
        return end.NextSequence - 1;
    }

    private static void CopyFolder(IStorage source, IStorage target, string folder, Predicate<string> isWanted)
    {
        target.CreateFolder(folder);
        foreach (var file in source.List(folder).Where(file => isWanted(file)))
        {
            var name = $"{folder}/{file}";
            var length = ClosedSegments.LengthOf(source, name);
            CopyFile(source, target, name, length, length);
        }

        target.SyncFolder(folder);
    }

    /// <summary>Copies the first bytes of a file and fills it up with zeros.</summary>
    private static void CopyFile(IStorage source, IStorage target, string name, long copied, long length)
    {
        var buffer = new byte[CopyBytes];
        using var from = source.Open(name, create: false);
        using var to = target.Open(name, create: true);
        for (long offset = 0; offset < length;)
        {
            var step = (int)Math.Min(buffer.Length, (offset < copied ? copied : length) - offset);
            if (offset < copied)
            {
                step = from.Read(buffer.AsSpan(0, step), offset);
                if (step == 0)
                {
                    throw new JournalDamagedException(name, offset, $"the file ends here, short of {copied} bytes");
                }
            }
            else
            {
                buffer.AsSpan(0, step).Clear();
            }

            to.Write(buffer.AsSpan(0, step), offset);
            to.Sync();
            offset += step;
        }
    }

    private static void Empty(IStorage storage, string folder)
    {
        foreach (var file in storage.List(folder))
        {
            storage.Delete($"{folder}/{file}");
        }
    }
}
