using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// What outlives the processes beside the data directory: an archive on a disk of its own, whose faults are crashes alone, and a store that follows the
/// journal at a pace of its own. Tells when the retention has deleted what one of them still needs.
/// </summary>
internal sealed class SimulatedSurroundings(SimulationPlan plan, SplitMix64 random)
{
    private readonly FaultyDisk _archive = new();
    private readonly Follower _follower = new();

    /// <summary>Epoch of the process that published last.</summary>
    public long LastEpoch { get; set; }

    public IArchive? Archive => plan.Archives ? new DirectoryArchive(_archive) : null;

    /// <summary>Returns who follows the journal in one process life.</summary>
    public JournalFollowers NewFollowers()
    {
        var followers = new JournalFollowers();
        if (plan.IsFollowed)
        {
            followers.Register(_follower);
        }

        return followers;
    }

    /// <summary>The store takes some of what was published, now and then: it falls behind by segments.</summary>
    public void Follow(long published)
    {
        if (random.Chance(1))
        {
            _follower.Position = random.Between(_follower.Position, Math.Max(_follower.Position, published));
        }
    }

    /// <summary>The journal ends with this sequence after a start; the disk may have lied about more.</summary>
    public void OnRecovered(long last) => _follower.Position = Math.Min(_follower.Position, last);

    /// <summary>Power is lost here, too.</summary>
    public void Crash(int seed) => _archive.Crash(seed);

    /// <summary>Holds that whatever left the journal is where it is needed.</summary>
    public void RequireKept(FaultyDisk disk)
    {
        var segments = FirstSequences(disk);
        if (segments.Count == 0)
        {
            return;
        }

        SimulationHistory.Require(
            !plan.IsFollowed || segments[0] <= _follower.Position + 1,
            $"the journal begins with sequence {segments[0]}, and a store that follows it is at {_follower.Position}");
        if (plan.Archives)
        {
            var archived = FirstSequences(_archive);
            SimulationHistory.Require(
                segments[0] == 1 || (archived.Count > 0 && archived[0] == 1), $"the journal begins with sequence {segments[0]}, the archive with {archived.FirstOrDefault()}");
        }
    }

    /// <summary>Holds that archive and journal together are the history, from the first record to the last.</summary>
    public void RequireWholeHistory(FaultyDisk disk, IReadOnlyList<byte[]> records)
    {
        if (!plan.Archives)
        {
            return;
        }

        var whole = _archive.Copy();
        foreach (var name in whole.Contents().Keys.Where(name => !name.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)))
        {
            whole.Remove(name);
        }

        foreach (var (name, bytes) in disk.Contents().Where(file => file.Key.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)))
        {
            whole.Put(name, bytes);
        }

        var read = JournalFixture.ReadAll(whole).Records;
        SimulationHistory.Require(
            JournalFixture.Same(read, records), $"archive and journal together hold {read.Count} records, of {records.Count} that were written, or others");
    }

    private static List<long> FirstSequences(FaultyDisk disk) =>
        [.. disk.List("journal").Where(name => SegmentList.TryParseName(name, out _)).Select(name => SegmentList.TryParseName(name, out var first) ? first : 0).Order()];

    private sealed class Follower : IJournalFollower
    {
        public string Name => "simulated";

        public long Position { get; set; }

        public void MarkRebuildNeeded(long heldBytes) => throw new SimulationFailure($"a store that holds back {heldBytes} bytes is told to rebuild");
    }
}
