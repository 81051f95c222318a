using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>One segment that nothing is written to any more.</summary>
/// <param name="File">Name without the folder.</param>
/// <param name="LastSequence">Its last record.</param>
internal readonly record struct ClosedSegment(string File, long FirstSequence, long LastSequence);

/// <summary>Lists the closed segments of a journal that is being written, by their names alone.</summary>
internal static class ClosedSegments
{
    /// <summary>Returns the closed segments, oldest first.</summary>
    /// <param name="openFirstSequence">First sequence of the segment in writing; it and any later one are not closed.</param>
    public static List<ClosedSegment> List(IStorage storage, string folder, long openFirstSequence)
    {
        var starts = new List<(string File, long First)>();
        foreach (var file in storage.List(folder))
        {
            if (SegmentList.TryParseName(file, out var first) && first <= openFirstSequence)
            {
                starts.Add((file, first));
            }
        }

        starts.Sort((left, right) => left.First.CompareTo(right.First));
        var closed = new List<ClosedSegment>();
        for (var i = 0; i + 1 < starts.Count; i++)
        {
            closed.Add(new ClosedSegment(starts[i].File, starts[i].First, starts[i + 1].First - 1));
        }

        return closed;
    }

    /// <summary>Returns the length of a file, bytes.</summary>
    public static long LengthOf(IStorage storage, string name)
    {
        using var file = storage.Open(name, create: false);
        return file.Length;
    }
}
