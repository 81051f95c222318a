namespace Exchange.Tests.Support.PowerLoss;

/// <summary>
/// A data directory as a trace tells its history: at every point it knows what is durable and what is pending, and gives the images that a loss of
/// power at that point may leave. What a file system may do here: write pending sectors of 512 bytes in any order or not at all; forget names
/// that were not synced with their folder, in order (a journaling file system keeps the order of its own changes); keep a name and not the content.
/// </summary>
/// <param name="root">The directory, absolute.</param>
/// <param name="honoursSyncs">False gives a disk that lies: the control that shows that the check can fail.</param>
internal sealed class TracedDisk(string root, bool honoursSyncs = true)
{
    private readonly SortedDictionary<string, TracedFile?> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TracedFile?> _durableNames = new(StringComparer.Ordinal);
    private readonly List<NameChange> _pendingNames = [];
    private readonly Dictionary<int, (string Name, TracedFile? File)> _open = [];
    private readonly Dictionary<string, TracedFile> _everNamed = [];
    private long _processStart;

    /// <summary>One pending change of names: an addition, a removal, or both at once, which is a rename. A folder has no file.</summary>
    private sealed record NameChange(long Number, string Folder, string? Added, string? Removed, TracedFile? File)
    {
        public void ApplyTo(SortedDictionary<string, TracedFile?> names)
        {
            if (Removed is not null)
            {
                names.Remove(Removed);
            }

            if (Added is not null)
            {
                names[Added] = File;
            }
        }
    }

    /// <summary>Records applied so far.</summary>
    public long Number { get; private set; }

    /// <summary>Greatest sequence that an answer has told.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Every sequence that an answer has told.</summary>
    public HashSet<long> Answers { get; } = [];

    /// <summary>Whether something is pending that a loss of power may take.</summary>
    public bool HasPending => _pendingNames.Count > 0 || _names.Values.Any(file => file is { HasPending: true });

    /// <summary>Number of changes of names that are pending.</summary>
    public int PendingNames => _pendingNames.Count;

    /// <summary>What is there when nothing is lost.</summary>
    public SortedDictionary<string, byte[]> Current() => Contents(_names, file => file.Current);

    /// <summary>Every file that ever had a name with this ending, under the last such name, with its last content.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> EverNamed(string ending) =>
        _everNamed.Where(named => named.Key.EndsWith(ending, StringComparison.Ordinal)).Select(named => (named.Key, named.Value.Current));

    public void Apply(in TraceRecord record)
    {
        switch (record.Kind)
        {
            case TraceKind.Start:
                _open.Clear();
                _processStart = Number;
                break;
            case TraceKind.Open when record.IsFolder:
                _open[record.Descriptor] = (NameOf(record.Text), null);
                break;
            case TraceKind.Open:
                _open[record.Descriptor] = (NameOf(record.Text), _names[NameOf(record.Text)]);
                break;
            case TraceKind.Create:
                var created = new TracedFile();
                _open[record.Descriptor] = (NameOf(record.Text), created);
                Rename(null, NameOf(record.Text), created);
                break;
            case TraceKind.Close:
                _open.Remove(record.Descriptor);
                break;
            case TraceKind.Write:
                File(record).Write(Number, record.A, record.B, record.Bytes);
                break;
            case TraceKind.Zeros:
                File(record).Write(Number, record.A, record.B, bytes: null);
                break;
            case TraceKind.Truncate:
                File(record).Truncate(Number, record.A);
                break;
            case TraceKind.Sync when honoursSyncs:
                Sync(_open[record.Descriptor], _processStart + record.A);
                break;
            case TraceKind.SyncWrite when honoursSyncs:
                File(record).SyncWrite(_processStart + record.A);
                break;
            case TraceKind.Rename:
                var names = record.Text.Split('\0');
                Rename(NameOf(names[0]), NameOf(names[1]), _names[NameOf(names[0])]);
                break;
            case TraceKind.Unlink:
                Rename(NameOf(record.Text), null, null);
                break;
            case TraceKind.MakeFolder:
                Rename(null, NameOf(record.Text), null);
                break;
            case TraceKind.Answer:
                Answers.Add(record.A);
                Acknowledged = Math.Max(Acknowledged, record.A);
                break;
            case TraceKind.Failed:
                throw new InvalidDataException($"record {Number}: {record.Text} failed with errno {record.A}: this run had a fault of its own");
        }

        Number++;
    }

    /// <summary>Returns the files that a loss of power at this point may leave.</summary>
    public SortedDictionary<string, byte[]> Draw(PowerLossShape shape, Random random)
    {
        // Changes in order: the moment up to which they reached the disk lies somewhere in the last stretch of the trace, most often at its end.
        var upTo = Number - 1 - random.Next((int)Math.Min(Number, random.Next(2) == 0 ? 3 : 200));
        var names = new SortedDictionary<string, TracedFile?>(_durableNames, StringComparer.Ordinal);
        foreach (var folder in _pendingNames.Select(change => change.Folder).Distinct().ToArray())
        {
            var changes = _pendingNames.Where(change => change.Folder == folder).ToArray();
            var kept = shape switch
            {
                PowerLossShape.NothingPending => 0,
                PowerLossShape.EverythingPending => changes.Length,
                PowerLossShape.InOrder => changes.Count(change => change.Number < upTo),
                PowerLossShape.FileByFile => random.Next(2) * changes.Length,
                _ => random.Next(changes.Length + 1),
            };
            foreach (var change in changes.Take(kept))
            {
                change.ApplyTo(names);
            }
        }

        return Contents(names, file => file.Draw(shape, random, upTo));
    }

    /// <summary>Files in folders that exist; a folder that was lost has taken its files with it.</summary>
    private static SortedDictionary<string, byte[]> Contents(SortedDictionary<string, TracedFile?> names, Func<TracedFile, byte[]> bytesOf)
    {
        var contents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, file) in names)
        {
            if (file is not null && (FolderOf(name).Length == 0 || names.ContainsKey(FolderOf(name))))
            {
                contents.Add(name, bytesOf(file));
            }
        }

        return contents;
    }

    private static string FolderOf(string name) => Path.GetDirectoryName(name) ?? "";

    private string NameOf(string path) => path.Length == root.Length ? "" : path[(root.Length + 1)..];

    private TracedFile File(in TraceRecord record) => _open[record.Descriptor].File!;

    private void Rename(string? from, string? to, TracedFile? file)
    {
        var change = new NameChange(Number, FolderOf(to ?? from!), to, from, file);
        change.ApplyTo(_names);
        _pendingNames.Add(change);
        if (to is not null && file is not null)
        {
            _everNamed[to] = file;
        }
    }

    private void Sync((string Name, TracedFile? File) synced, long before)
    {
        if (synced.File is not null)
        {
            synced.File.SyncBefore(before);
            return;
        }

        bool IsSynced(NameChange change) => change.Folder == synced.Name && change.Number < before;
        foreach (var change in _pendingNames.Where(IsSynced))
        {
            change.ApplyTo(_durableNames);
        }

        _pendingNames.RemoveAll(IsSynced);
    }
}
