using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// Damage where files were synced, which no crash can leave: a start refuses it with file and offset and changes nothing, or it is inside the
/// stated residue (the journal's README), or it hit nothing that counts. Never does it come to a wrong state.
/// </summary>
internal static class DamageTrial
{
    private const int SectorSize = FaultyDisk.SectorSize;

    /// <summary>Damages one file and starts; returns what came of it in words. The disk is left damaged.</summary>
    /// <param name="records">All records of the journal.</param>
    public static string Run(FaultyDisk disk, List<byte[]> records, SplitMix64 random)
    {
        disk.Inject = null;
        var files = disk.Contents();
        var names = files.Keys.Where(name => name.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)).ToList();
        if (names.Count == 0)
        {
            return "damage: nothing to damage";
        }

        var lastGroup = LastGroup(disk);
        var name = random.Pick(names);
        var (damaged, what) = Damage(files[name], random);
        disk.Put(name, damaged);
        return $"damage: {what}: {Outcome(disk, records, lastGroup)}";
    }

    /// <summary>Returns the bytes with one damage of a kind that the seed draws, and its name.</summary>
    public static (byte[] Bytes, string What) Damage(byte[] file, SplitMix64 random)
    {
        var bytes = (byte[])file.Clone();
        var used = Math.Max(SectorSize, bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);
        var sectors = (used + SectorSize - 1) / SectorSize;
        Span<byte> Sector(int sector) => bytes.AsSpan(sector * SectorSize, SectorSize);
        var one = random.Below(sectors);
        var other = random.Below(sectors);
        switch (random.Below(7))
        {
            case 0:
                bytes[random.Below(used)] ^= (byte)(1 << random.Below(8));
                return (bytes, "bit flipped");
            case 1:
                for (var bits = random.Between(2, 60); bits > 0; bits--)
                {
                    bytes[random.Below(used)] ^= (byte)(1 << random.Below(8));
                }

                return (bytes, "many bits flipped");
            case 2:
                var kept = Sector(one).ToArray();
                Sector(other).CopyTo(Sector(one));
                kept.CopyTo(Sector(other));
                return (bytes, "sectors swapped");
            case 3:
                Sector(other).CopyTo(Sector(one));
                return (bytes, "stale or doubled sector");
            case 4:
                Sector(one).Clear();
                return (bytes, "sector zeroed");
            case 5:
                for (var i = random.Between(1, 8); i > 0; i--)
                {
                    Sector(random.Below(sectors)).Clear();
                }

                return (bytes, "sectors zeroed");
            default:
                return (bytes[..random.Below(bytes.Length)], "file cut short");
        }
    }

    /// <summary>Returns the first sequence of the last group of an undamaged journal; 1 when it is empty.</summary>
    public static long LastGroup(IStorage storage)
    {
        using var reader = new JournalReader(storage);
        var first = 1L;
        while (reader.TryReadGroup(out _))
        {
            first = reader.Group.FirstSequence;
        }

        return first;
    }

    /// <summary>Starts from the damaged files; returns how it went.</summary>
    /// <param name="records">All records of the journal before the damage.</param>
    /// <param name="lastGroup">First sequence of its last group.</param>
    /// <exception cref="SimulationFailure">It came to a wrong state, or a refusal said too little or changed something.</exception>
    public static string Outcome(FaultyDisk disk, IReadOnlyList<byte[]> records, long lastGroup)
    {
        var before = disk.Contents();
        using var exchange = new BareExchange();
        try
        {
            var end = exchange.Recover(disk);
            return Residue(disk, records, lastGroup, end, exchange);
        }
        catch (JournalDamagedException damage)
        {
            RequireTold(damage.Message, damage.File, damage.Offset);
        }
        catch (ReplayMismatchException mismatch)
        {
            RequireTold(mismatch.Message, mismatch.File, mismatch.Offset);
        }

        var after = disk.Contents();
        SimulationHistory.Require(
            before.Count == after.Count && before.All(file => after[file.Key].AsSpan().SequenceEqual(file.Value)), "a refused start has changed files");
        return "refused";
    }

    private static void RequireTold(string message, string file, long offset) => SimulationHistory.Require(
        file.Length > 0 && offset >= 0 && message.Contains(file, StringComparison.Ordinal) && message.Contains($"{offset}", StringComparison.Ordinal),
        $"a refusal names file and offset: {message}");

    /// <summary>The start went through: what it read must be the truth, at most without the last group, and that only as a torn one.</summary>
    private static string Residue(FaultyDisk disk, IReadOnlyList<byte[]> records, long lastGroup, JournalEnd end, BareExchange exchange)
    {
        var read = JournalFixture.ReadAll(disk).Records;
        SimulationHistory.Require(JournalFixture.Same(read, records.Take(read.Count)), "a start takes damaged records for true");
        SimulationHistory.Require(exchange.Engine.FindInconsistency() is null, "a start from damaged files comes to a state that contradicts itself");
        if (read.Count == records.Count)
        {
            return "harmless";
        }

        SimulationHistory.Require(
            read.Count + 1 == lastGroup, $"sequences {read.Count + 1} to {records.Count} are gone, more than the last group, and the start did not refuse");
        return end.IsTorn ? "residue, the last group passes for torn" : "residue, the last group passes for never written";
    }
}
