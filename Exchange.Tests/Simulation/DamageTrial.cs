using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// Damage where files were synced, which no crash can leave: a start refuses it with file and offset and changes nothing, goes on from an older
/// snapshot, or it is inside the stated residue (the journal's README), or it hit nothing that counts. Never does it come to a wrong state.
/// </summary>
internal static class DamageTrial
{
    private const int SectorSize = FaultyDisk.SectorSize;

    /// <summary>Damages something and starts; returns what came of it in words. The disk is left damaged.</summary>
    /// <param name="disk">A journal, perhaps without its first segments, and perhaps snapshots.</param>
    public static string Run(FaultyDisk disk, DamageTruth truth, SplitMix64 random)
    {
        disk.Inject = null;
        var segments = Files(disk, JournalFormat.SegmentSuffix);
        var snapshots = Files(disk, SnapshotFormat.Suffix);
        if (segments.Count == 0)
        {
            return "damage: nothing to damage";
        }

        var groups = Groups(disk);
        var hasWhole = segments[0].EndsWith(JournalFormat.SegmentName(1), StringComparison.Ordinal);
        var damage = snapshots.Count > 0 && random.Chance(60) ? OnSnapshots(disk, snapshots, hasWhole, random) : OnJournal(disk, segments, random);
        return $"damage: {damage.What}: {Outcome(disk, truth, groups, damage)}";
    }

    private static DamageDone OnJournal(FaultyDisk disk, List<string> segments, SplitMix64 random)
    {
        var files = disk.Contents();
        var name = random.Pick(segments);
        if (random.Chance(6))
        {
            disk.Remove(name);
            return new DamageDone("segment missing", MustStart: false);
        }

        if (segments.Count > 1 && random.Chance(6))
        {
            var other = random.Pick(segments.Where(other => other != name).ToList());
            disk.Put(name, files[other]);
            disk.Put(other, files[name]);
            return new DamageDone("segments swapped", MustStart: false);
        }

        var (damaged, what) = random.Chance(25) && FileDamage.Forged(files[name], isLastSegment: name == segments[^1], random) is { } forged
            ? (forged, "group of another history")
            : FileDamage.Any(files[name], random);
        disk.Put(name, damaged);
        return new DamageDone(what, MustStart: false);
    }

    /// <param name="snapshots">Their names, oldest first.</param>
    /// <param name="hasWhole">Whether the journal is there from its first record on, so that no snapshot is needed.</param>
    private static DamageDone OnSnapshots(FaultyDisk disk, List<string> snapshots, bool hasWhole, SplitMix64 random)
    {
        var files = disk.Contents();
        var name = random.Pick(snapshots);
        var isAnotherLeft = hasWhole || snapshots.Count > 1;
        switch (random.Below(6))
        {
            case 0:
                disk.Remove(name);
                return new DamageDone("snapshot missing", isAnotherLeft);
            case 1 when snapshots.Count > 1:
                disk.Put(snapshots[0], files[snapshots[1]]);
                disk.Put(snapshots[1], files[snapshots[0]]);
                return new DamageDone("snapshots swapped", hasWhole);
            case 2:
                snapshots.ForEach(each => disk.Put(each, FileDamage.Any(files[each], random).Bytes));
                return new DamageDone("all snapshots damaged", hasWhole);
            case 3:
                disk.Put(name, FileDamage.ForgedSnapshot(files[name]));
                return new DamageDone("snapshot of another journal", MustStart: false);
            default:
                var (damaged, what) = FileDamage.Any(files[name], random);
                disk.Put(name, damaged);
                return new DamageDone($"snapshot: {what}", isAnotherLeft);
        }
    }

    /// <summary>Returns where the groups of an undamaged journal lie, in order.</summary>
    private static List<GroupPlace> Groups(IStorage storage)
    {
        using var reader = new JournalReader(storage, SegmentList.Read(storage, "journal")[0].Header.FirstSequence);
        List<GroupPlace> groups = [];
        while (reader.TryReadGroup(out _))
        {
            var offset = reader.RecordsOffset - JournalFormat.GroupHeaderSize;
            groups.Add(new GroupPlace(reader.Group.FirstSequence, reader.GroupFile, (int)offset, JournalFormat.GroupHeaderSize + reader.Group.PayloadLength));
        }

        return groups;
    }

    /// <summary>Starts from the damaged files; returns how it went.</summary>
    /// <exception cref="SimulationFailure">It came to a wrong state, gave up where it need not, or told too little, or changed something.</exception>
    private static string Outcome(FaultyDisk disk, DamageTruth truth, List<GroupPlace> groups, DamageDone damage)
    {
        var before = disk.Contents();
        using var exchange = truth.NewExchange();
        try
        {
            var end = exchange.Recover(disk);
            var residue = Residue(disk, truth, groups, end, exchange);
            exchange.RecoveryLog.ForEach(line => SimulationHistory.Require(
                line.Contains("snapshot/", StringComparison.Ordinal) && line.Contains("offset", StringComparison.Ordinal), $"a snapshot is passed over with file and offset: {line}"));
            return residue ?? (exchange.RecoveryLog.Count > 0 ? "an older state and the journal instead" : "harmless");
        }
        catch (JournalDamagedException refusal)
        {
            RequireTold(refusal.Message, refusal.File, refusal.Offset);
            SimulationHistory.Require(!damage.MustStart, $"there was another way, and the start was refused: {refusal.Message}");
        }
        catch (ReplayMismatchException mismatch)
        {
            RequireTold(mismatch.Message, mismatch.File, mismatch.Offset);
            SimulationHistory.Require(!damage.MustStart, $"there was another way, and the start was refused: {mismatch.Message}");
        }

        var after = disk.Contents();
        SimulationHistory.Require(
            before.Count == after.Count && before.All(file => after[file.Key].AsSpan().SequenceEqual(file.Value)), "a refused start has changed files");
        return "refused";
    }

    private static void RequireTold(string message, string file, long offset) => SimulationHistory.Require(
        file.Length > 0 && offset >= 0 && message.Contains(file, StringComparison.Ordinal) && message.Contains($"{offset}", StringComparison.Ordinal),
        $"a refusal names file and offset: {message}");

    /// <summary>
    /// The start went through: it must have come to the truth, at most without the last group, and that only as a torn one, or without segments at the end
    /// that no snapshot speaks of. Null when nothing is gone.
    /// </summary>
    private static string? Residue(FaultyDisk disk, DamageTruth truth, List<GroupPlace> groups, JournalEnd end, BareExchange exchange)
    {
        SimulationHistory.Require(exchange.Engine.FindInconsistency() is null, "a start from damaged files comes to a state that contradicts itself");
        SimulationHistory.Require(exchange.Sequence <= truth.LastSequence, "a start from damaged files goes beyond what was written");
        SimulationHistory.Require(
            exchange.SaveSnapshot().AsSpan().SequenceEqual(truth.SavedBehind(exchange.Sequence)), "a start from damaged files comes to a state that never was");
        if (exchange.Sequence == truth.LastSequence)
        {
            return null;
        }

        // One group may look torn, and what stood behind it never written; or several like one whose header's sector is missing.
        var files = disk.Contents();
        var first = groups.FindIndex(group => group.FirstSequence == exchange.Sequence + 1);
        SimulationHistory.Require(
            first >= 0 && (groups.Skip(first + 1).All(IsZero) || groups.Skip(first).All(group => IsZero(group with { Length = SectorSize }))),
            $"sequences {exchange.Sequence + 1} to {truth.LastSequence} are gone, they are no zeros, and the start did not refuse");
        SimulationHistory.Require(
            new SnapshotStore(disk).List().TrueForAll(snapshot => snapshot < end.SegmentFirstSequence), "a snapshot tells that a part is missing, and the start did not refuse");
        return end.IsTorn ? "residue, the last group passes for torn"
            : files.ContainsKey(groups[first].File) ? "residue, the last group passes for never written" : "residue, the last segment passes for never begun";

        bool IsZero(GroupPlace group) =>
            !files.TryGetValue(group.File, out var bytes) || !bytes.AsSpan(group.Offset, group.Length).ContainsAnyExcept((byte)0);
    }

    private static List<string> Files(FaultyDisk disk, string suffix) =>
        [.. disk.Contents().Keys.Where(name => name.EndsWith(suffix, StringComparison.Ordinal))];

    /// <param name="MustStart">There is another way than what was damaged: a refusal would be wrong.</param>
    private readonly record struct DamageDone(string What, bool MustStart);
}

/// <summary>Where a group lies: header and payload, bytes.</summary>
internal readonly record struct GroupPlace(long FirstSequence, string File, int Offset, int Length);
