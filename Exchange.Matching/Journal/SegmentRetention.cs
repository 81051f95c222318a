using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Journal;

/// <summary>
/// Decides which closed segments may go, and deletes them, oldest first, each deletion durable before the next: a crash leaves a journal without a
/// gap. One thread.
/// </summary>
internal sealed class SegmentRetention(
    IStorage storage, string folder, RetentionOptions options, JournalFollowers followers, JournalArchive? archive, Action<string> log)
{
    private readonly HashSet<string> _toldToRebuild = new(StringComparer.Ordinal);

    /// <summary>Names of the followers that hold back too much and must be rebuilt; replaced as a whole.</summary>
    public IReadOnlyList<string> RebuildNeeded { get; private set; } = [];

    /// <summary>Archives what is not, and deletes what nobody needs.</summary>
    /// <param name="segments">The closed segments, oldest first.</param>
    /// <param name="neededFrom">First sequence that a recovery from the older kept snapshot needs; 1 while there are no two snapshots.</param>
    /// <exception cref="StorageException">Archive or journal failed.</exception>
    /// <exception cref="InvalidDataException">See <see cref="JournalArchive.Archive"/>.</exception>
    public void Run(IReadOnlyList<ClosedSegment> segments, long neededFrom)
    {
        foreach (var segment in segments)
        {
            var place = archive;
            Planted.Let(PlantedBug.SegmentDeletedUnarchived, ref place, null);
            place?.Archive($"{folder}/{segment.File}");
        }

        var keptFor = FirstNeededByFollowers(segments, neededFrom);
        Planted.Let(PlantedBug.FollowerForgotten, ref keptFor, long.MaxValue);
        if (!options.DeletesSegments)
        {
            return;
        }

        foreach (var segment in segments)
        {
            if (segment.LastSequence >= Math.Min(neededFrom, keptFor))
            {
                return;
            }

            storage.Delete($"{folder}/{segment.File}");
            storage.SyncFolder(folder);
            archive?.Forget($"{folder}/{segment.File}");
            log($"journal: segment {segment.File} deleted: sequences {segment.FirstSequence} to {segment.LastSequence} are in both kept snapshots"
                + (archive is null ? "" : " and in the archive"));
        }
    }

    private long FirstNeededByFollowers(IReadOnlyList<ClosedSegment> segments, long neededFrom)
    {
        var first = long.MaxValue;
        List<string> rebuild = [];
        foreach (var follower in followers.All())
        {
            var position = follower.Position;
            if (_toldToRebuild.Contains(follower.Name) || HoldsTooMuch(follower, position, segments, neededFrom))
            {
                rebuild.Add(follower.Name);
            }
            else
            {
                first = Math.Min(first, position + 1);
            }
        }

        RebuildNeeded = rebuild;
        return first;
    }

    /// <summary>Counts the segments that nobody but the follower needs.</summary>
    private bool HoldsTooMuch(IJournalFollower follower, long position, IReadOnlyList<ClosedSegment> segments, long neededFrom)
    {
        long held = 0;
        foreach (var segment in segments)
        {
            if (segment.LastSequence > position && segment.LastSequence < neededFrom)
            {
                held += ClosedSegments.LengthOf(storage, $"{folder}/{segment.File}");
            }
        }

        if (held <= options.FollowerBytesMax)
        {
            return false;
        }

        _toldToRebuild.Add(follower.Name);
        follower.MarkRebuildNeeded(held);
        log($"journal: follower '{follower.Name}' is at sequence {position} and holds back {held} bytes, more than the {options.FollowerBytesMax} allowed: "
            + "it must be rebuilt, its segments are no longer kept");
        return true;
    }
}
