namespace Exchange.Tests.Support.PowerLoss;

/// <summary>A finished run of hosts on one data directory: its trace, its whole journal, and images of power losses at any point of it.</summary>
internal sealed class TracedRun
{
    /// <summary>Of the cuts that seek changes of names, how far behind they may lie, in records.</summary>
    private const int Neighbourhood = 12;

    private readonly string _root;
    private readonly IReadOnlyList<TraceRecord> _trace;
    private readonly int[] _nameChanges;
    private readonly int[] _writes;
    private readonly TracedDisk _end;

    public TracedRun(string root, IReadOnlyList<TraceRecord> trace)
    {
        _root = root;
        _trace = trace;
        _nameChanges = [.. Enumerable.Range(0, trace.Count).Where(i => ChangesNames(trace[i].Kind))];
        _writes = [.. Enumerable.Range(0, trace.Count).Where(i => trace[i].Bytes.Length > TracedFile.SectorSize && trace[i].Bytes.Span.StartsWith("XGRP"u8))];
        _end = new TracedDisk(root);
        foreach (var record in trace)
        {
            _end.Apply(record);
        }

        Master = new MasterJournal(_end);
    }

    public MasterJournal Master { get; }

    public int Length => _trace.Count;

    /// <summary>Every sequence that an answer told.</summary>
    public IReadOnlySet<long> Answers => _end.Answers;

    /// <summary>The files as they are after the run.</summary>
    public SortedDictionary<string, byte[]> End => _end.Current();

    /// <summary>How often a kind of record stands in the trace, with this text in it.</summary>
    public int Count(TraceKind kind, string text = "") =>
        _trace.Count(record => record.Kind == kind && (text.Length == 0 || record.Text.Contains(text, StringComparison.Ordinal)));

    /// <summary>
    /// Returns images at random points: a third anywhere, a third behind a group of several sectors that is not synced yet, a third near changes of names, where
    /// segments and snapshots begin and end.
    /// </summary>
    /// <param name="honoursSyncs">False for a disk that ignores syncs.</param>
    public IEnumerable<CrashImage> Images(int count, SplitMix64 random, bool honoursSyncs = true)
    {
        var disk = new TracedDisk(_root, honoursSyncs);
        var cuts = Enumerable.Range(0, count)
            .Select((long Cut, PowerLossShape Shape) (i) => (i % 3) switch
            {
                0 => (random.Between(1, _trace.Count), AnyShape()),
                1 => (random.Pick(_writes) + 1, PowerLossShape.AnySectors),
                _ => (Math.Clamp(random.Pick(_nameChanges) + random.Between(-2, Neighbourhood), 1, _trace.Count), AnyShape()),
            })
            .OrderBy(cut => cut.Cut)
            .ToArray();
        foreach (var (cut, shape) in cuts)
        {
            while (disk.Number < cut)
            {
                disk.Apply(_trace[(int)disk.Number]);
            }

            yield return new CrashImage(disk.Draw(shape, new Random((int)random.Below(int.MaxValue))), cut, shape, disk.Acknowledged);
        }

        PowerLossShape AnyShape() => (PowerLossShape)random.Below(Enum.GetValues<PowerLossShape>().Length);
    }

    private static bool ChangesNames(TraceKind kind) =>
        kind is TraceKind.Start or TraceKind.Create or TraceKind.Rename or TraceKind.Unlink or TraceKind.MakeFolder or TraceKind.Truncate;
}
