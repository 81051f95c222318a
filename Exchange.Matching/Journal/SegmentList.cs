using System.Globalization;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>Finds the segments of a journal and checks what can be checked without reading groups.</summary>
internal static class SegmentList
{
    private const int NameDigits = 20;

    /// <summary>Returns all segments in order, names with their folder.</summary>
    /// <exception cref="JournalDamagedException">A name, a header, the order or a length is wrong.</exception>
    public static List<(string Name, SegmentHeader Header)> Read(IStorage storage, string folder)
    {
        var segments = new List<(string Name, SegmentHeader Header)>();
        using var block = new AlignedBuffer(JournalFormat.SegmentHeaderSize);
        foreach (var file in storage.List(folder))
        {
            if (file.EndsWith(JournalFormat.TemporarySuffix, StringComparison.Ordinal))
            {
                continue;
            }

            var name = $"{folder}/{file}";
            var header = ReadHeader(storage, name, block.Span);
            if (!TryParseName(file, out var firstSequence) || firstSequence != header.FirstSequence)
            {
                throw new JournalDamagedException(name, 24, $"the name does not fit: the segment begins with sequence {header.FirstSequence}");
            }

            if (segments.Count > 0 && header.Number != segments[^1].Header.Number + 1)
            {
                throw new JournalDamagedException(name, 16, $"segment number {header.Number} follows {segments[^1].Header.Number}: a segment is missing or doubled");
            }

            segments.Add((name, header));
        }

        CheckFirst(segments);
        return segments;
    }

    private static void CheckFirst(List<(string Name, SegmentHeader Header)> segments)
    {
        if (segments.Count > 0 && segments[0].Header is { FirstSequence: 1 } first && first.ChainHash != JournalFormat.GenesisHash)
        {
            throw new JournalDamagedException(segments[0].Name, 40, "the first segment of all continues another");
        }
    }

    /// <summary>Returns the header of one segment.</summary>
    /// <param name="block">Room for it: 4096 bytes, aligned.</param>
    /// <exception cref="JournalDamagedException">The header does not verify, or the file has another length than it states.</exception>
    public static SegmentHeader ReadHeader(IStorage storage, string name, Span<byte> block)
    {
        using var file = storage.Open(name, create: false);
        var read = 0;
        while (read < block.Length)
        {
            var count = file.Read(block[read..], read);
            if (count == 0)
            {
                throw new JournalDamagedException(name, read, $"the file ends here, short of the {block.Length} bytes of a segment header");
            }

            read += count;
        }

        var header = SegmentHeader.Read(block, name);
        return header.SegmentBytes == file.Length
            ? header
            : throw new JournalDamagedException(name, 56, $"the file has {file.Length} bytes, its header states {header.SegmentBytes}");
    }

    /// <summary>Reads the first sequence out of a name without folder; false for a name that no segment has.</summary>
    public static bool TryParseName(string file, out long firstSequence)
    {
        firstSequence = 0;
        return file.Length == NameDigits + JournalFormat.SegmentSuffix.Length
            && file.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)
            && long.TryParse(file.AsSpan(0, NameDigits), NumberStyles.None, CultureInfo.InvariantCulture, out firstSequence);
    }
}
