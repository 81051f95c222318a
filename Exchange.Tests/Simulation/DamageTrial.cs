using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
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
    public static string Run(FaultyDisk disk, IReadOnlyList<byte[]> records, SplitMix64 random)
    {
        disk.Inject = null;
        var files = disk.Contents();
        var names = files.Keys.Where(name => name.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)).ToList();
        if (names.Count == 0)
        {
            return "damage: nothing to damage";
        }

        var groups = Groups(disk);
        var name = random.Pick(names);
        var (damaged, what) = random.Chance(25) && Forged(files[name], isLastSegment: name == names[^1], random) is { } forged
            ? (forged, "group of another history")
            : Damage(files[name], random);
        disk.Put(name, damaged);
        return $"damage: {what}: {Outcome(disk, records, groups)}";
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

    /// <summary>
    /// Returns the segment with one order's client id changed and its group's own checksums right: only the chain, in the group behind it, can tell.
    /// Null when there is no such group.
    /// </summary>
    private static byte[]? Forged(byte[] file, bool isLastSegment, SplitMix64 random)
    {
        var bytes = (byte[])file.Clone();
        var header = SegmentHeader.Read(bytes.AsSpan(0, JournalFormat.SegmentHeaderSize), "");
        List<int> groups = [];
        for (var offset = JournalFormat.SegmentHeaderSize; offset < bytes.Length && GroupHeader.Verifies(bytes.AsSpan(offset));)
        {
            groups.Add(offset);
            offset += JournalFormat.Extent(GroupHeader.Read(bytes.AsSpan(offset)).PayloadLength, header.GroupAlignment);
        }

        var candidates = groups.SkipLast(isLastSegment ? 1 : 0).Where(offset => TryChangeClientId(RecordsAt(offset), change: false)).ToList();
        if (candidates.Count == 0)
        {
            return null;
        }

        var chosen = random.Pick(candidates);
        var group = GroupHeader.Read(bytes.AsSpan(chosen));
        TryChangeClientId(RecordsAt(chosen), change: true);
        group.ZeroSectors = JournalChecksum.CountZeroSectors(bytes.AsSpan(chosen, JournalFormat.Extent(group.PayloadLength, header.GroupAlignment)));
        group.Write(bytes.AsSpan(chosen, JournalFormat.GroupHeaderSize + group.PayloadLength));
        return bytes;

        Span<byte> RecordsAt(int offset) =>
            bytes.AsSpan(offset + JournalFormat.GroupHeaderSize, GroupHeader.Read(bytes.AsSpan(offset)).PayloadLength);
    }

    /// <summary>Finds the first placement with a client id among the records and, where asked, changes a character of it.</summary>
    private static bool TryChangeClientId(Span<byte> records, bool change)
    {
        for (var rest = records; !rest.IsEmpty;)
        {
            var record = MemoryMarshal.Read<RecordHeader>(rest);
            CommandSlot slot = default;
            var body = rest.Slice(RecordHeader.Size, record.BodyLength);
            if (record.CommandType == CommandType.PlaceOrder && TradingCommandCodec.TryRead(record.CommandType, body, ref slot) && !slot.ClientOrderId.IsEmpty)
            {
                if (change)
                {
                    var id = slot.ClientOrderId.ToString();
                    slot.ClientOrderId = ClientOrderId.From((id[0] == 'z' ? "y" : "z") + id[1..]);
                    TradingCommandCodec.Write(in slot, body);
                }

                return true;
            }

            rest = rest[record.Length..];
        }

        return false;
    }

    /// <summary>Returns where the groups of an undamaged journal lie, in order.</summary>
    public static List<GroupPlace> Groups(IStorage storage)
    {
        using var reader = new JournalReader(storage);
        List<GroupPlace> groups = [];
        while (reader.TryReadGroup(out _))
        {
            var offset = reader.RecordsOffset - JournalFormat.GroupHeaderSize;
            groups.Add(new GroupPlace(reader.Group.FirstSequence, reader.GroupFile, (int)offset, JournalFormat.GroupHeaderSize + reader.Group.PayloadLength));
        }

        return groups;
    }

    /// <summary>Starts from the damaged files; returns how it went.</summary>
    /// <param name="records">All records of the journal before the damage.</param>
    /// <param name="groups">Where its groups lay.</param>
    /// <exception cref="SimulationFailure">It came to a wrong state, or a refusal said too little or changed something.</exception>
    public static string Outcome(FaultyDisk disk, IReadOnlyList<byte[]> records, List<GroupPlace> groups)
    {
        var before = disk.Contents();
        using var exchange = new BareExchange();
        try
        {
            var end = exchange.Recover(disk);
            return Residue(disk, records, groups, end, exchange);
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
    private static string Residue(FaultyDisk disk, IReadOnlyList<byte[]> records, List<GroupPlace> groups, JournalEnd end, BareExchange exchange)
    {
        var read = JournalFixture.ReadAll(disk).Records;
        SimulationHistory.Require(JournalFixture.Same(read, records.Take(read.Count)), "a start takes damaged records for true");
        SimulationHistory.Require(exchange.Engine.FindInconsistency() is null, "a start from damaged files comes to a state that contradicts itself");
        if (read.Count == records.Count)
        {
            return "harmless";
        }

        // One group may look torn, and what stood behind it never written; or several like one whose header's sector is missing.
        var files = disk.Contents();
        var first = groups.FindIndex(group => group.FirstSequence == read.Count + 1);
        SimulationHistory.Require(
            first >= 0 && (groups.Skip(first + 1).All(IsZero) || groups.Skip(first).All(group => IsZero(group with { Length = SectorSize }))),
            $"sequences {read.Count + 1} to {records.Count} are gone, they are no zeros, and the start did not refuse");
        return end.IsTorn ? "residue, the last group passes for torn" : "residue, the last group passes for never written";

        bool IsZero(GroupPlace group) => !files[group.File].AsSpan(group.Offset, group.Length).ContainsAnyExcept((byte)0);
    }
}

/// <summary>Where a group lies: header and payload, bytes.</summary>
internal readonly record struct GroupPlace(long FirstSequence, string File, int Offset, int Length);
