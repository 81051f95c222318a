using Exchange.Matching.Ports;

namespace Exchange.Tests.Support;

/// <summary>
/// A disk in memory that forgets what was not synced. Single-threaded and deterministic: the same calls with the same seeds give the same disk.
/// <list type="bullet">
/// <item>A file is a durable image and a list of pending writes; <see cref="IStorageFile.Sync"/> moves them into the image.</item>
/// <item>The tree of names has a durable state and pending creations, renames and deletions; <see cref="IStorage.SyncFolder"/> makes those of
/// the folder durable. A synced file whose name was never synced is lost by a crash, as POSIX allows.</item>
/// <item><see cref="Crash"/> keeps a part of what is pending, in sectors of 512 bytes and in any order, then closes every handle.</item>
/// <item><see cref="Kill"/> ends the process alone: the page cache stays, pending changes stay pending.</item>
/// </list>
/// Switches and <see cref="Inject"/> inject errors; each error is a <see cref="StorageException"/> with the errno a real disk gives.
/// </summary>
public sealed class FaultyDisk : IStorage
{
    public const int SectorSize = 512;
    public const int NotFound = 2;
    public const int InputOutputError = 5;
    public const int BadHandle = 9;
    public const int AlreadyExists = 17;
    public const int NoSpace = 28;

    private readonly SortedDictionary<string, FaultyFile> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FaultyFile> _durableNames = new(StringComparer.Ordinal);
    private readonly List<NameChange> _pendingNames = [];
    private int _syncsUntilError = -1;
    private int _writesUntilError = -1;
    private int _changesUntilPowerLoss = -1;

    /// <summary>Raised by each crash: a handle opened before it is of no use any more.</summary>
    internal int Generation { get; private set; }

    /// <summary>Multiples that writes to files opened for synced writes must keep; checked.</summary>
    public int WriteAlignment { get; init; } = 1;

    /// <summary>Bytes that all files may hold together; a write beyond it stores what fits, then fails with ENOSPC.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Returns whether a read of these bytes fails with EIO; null: none does.</summary>
    public Func<string, long, bool>? ReadFails { get; set; }

    /// <summary>
    /// Asked before every operation what shall go wrong with it. It may do anything in between, operations on this disk included: that is where a
    /// simulation lets other threads go on. Null: nothing goes wrong.
    /// </summary>
    internal Func<DiskOperation, string, DiskFault>? Inject { get; set; }

    /// <summary>Whether power has failed: until <see cref="Crash"/> or <see cref="Kill"/> every operation throws.</summary>
    public bool HasLostPower { get; private set; }

    /// <summary>A sync since the last <see cref="ForgetLies"/> returned without error and without effect, so a crash may lose what was promised.</summary>
    public bool HasLied { get; private set; }

    /// <summary>Successful syncs of files and folders so far.</summary>
    public int SyncCount { get; private set; }

    /// <summary>Writes so far.</summary>
    public int WriteCount { get; private set; }

    /// <summary>
    /// Lets the sync of a file after <paramref name="successes"/> further ones fail with EIO. What was pending then counts as clean but is lost,
    /// so the sync after it succeeds: the fsync of Linux.
    /// </summary>
    public void FailSyncAfter(int successes) => _syncsUntilError = successes;

    /// <summary>Lets the write after <paramref name="successes"/> further ones fail with EIO, with nothing written.</summary>
    public void FailWriteAfter(int successes) => _writesUntilError = successes;

    /// <summary>
    /// Lets power fail in the change (write, sync, creation, rename, deletion) after <paramref name="changes"/> further ones: that change is pending
    /// at most, and it and every later one throw <see cref="PowerLostException"/>. <see cref="Crash"/> then settles what was pending.
    /// </summary>
    public void LosePowerAfter(int changes) => _changesUntilPowerLoss = changes;

    /// <summary>Lets power fail now: this operation and every later one throw, until <see cref="Crash"/> or <see cref="Kill"/>.</summary>
    public void LosePower() => HasLostPower = true;

    /// <summary>Ends the process alone: every handle is closed, the page cache stays, and what was pending is still pending.</summary>
    public void Kill()
    {
        Generation++;
        HasLostPower = false;
        _changesUntilPowerLoss = -1;
    }

    /// <summary>What was promised so far is settled: later crashes are measured against what is on disk now.</summary>
    public void ForgetLies() => HasLied = false;

    /// <summary>Loses power: draws from <paramref name="seed"/> what of the pending changes reached the disk. The disk can be used again at once.</summary>
    public void Crash(int seed)
    {
        var random = new Random(seed);
        Kill();
        KeepSomeNames(random);

        // A file can have two names, or be open without one: every file that some name, old or new, leads to is settled once.
        var settled = new HashSet<FaultyFile>(ReferenceEqualityComparer.Instance);
        foreach (var file in _durableNames.Values.Concat(_names.Values))
        {
            if (settled.Add(file))
            {
                file.KeepSomePendingWrites(random);
            }
        }

        _names.Clear();
        foreach (var (name, file) in _durableNames)
        {
            _names.Add(name, file);
        }
    }

    /// <summary>Returns another disk that holds, durably, what a reader sees here now.</summary>
    public FaultyDisk Copy()
    {
        var copy = new FaultyDisk { WriteAlignment = WriteAlignment };
        foreach (var (name, bytes) in Contents())
        {
            copy.Put(name, bytes);
        }

        return copy;
    }

    /// <summary>Returns what a reader sees now, name by name.</summary>
    public SortedDictionary<string, byte[]> Contents()
    {
        var contents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, file) in _names)
        {
            contents.Add(name, file.Current.ToArray());
        }

        return contents;
    }

    /// <summary>Flips one bit behind everybody's back, durably: decay of the medium.</summary>
    public void FlipBit(string name, long offset, int bit) => Find("flip", name).FlipBit((int)offset, bit);

    /// <summary>Puts a whole durable file onto the disk.</summary>
    public void Put(string name, byte[] bytes)
    {
        var file = new FaultyFile(this, name);
        file.Replace([.. bytes]);
        _names[name] = file;
        _durableNames[name] = file;
    }

    /// <summary>Takes a file off the disk, durably.</summary>
    public void Remove(string name)
    {
        Find("remove", name);
        _names.Remove(name);
        _durableNames.Remove(name);
    }

    public IStorageFile Open(string name, bool create, bool syncedWrites = false)
    {
        Begin(create ? DiskOperation.Create : DiskOperation.Open, name);
        if (!create)
        {
            return new FaultyHandle(Find("open", name), name, syncedWrites ? WriteAlignment : 1);
        }

        if (_names.ContainsKey(name))
        {
            throw new StorageException("open", name, AlreadyExists);
        }

        var file = new FaultyFile(this, name);
        _names.Add(name, file);
        _pendingNames.Add(new NameChange(FolderOf(name), name, Removed: null, file));
        CountChange();
        return new FaultyHandle(file, name, syncedWrites ? WriteAlignment : 1);
    }

    public bool Exists(string name) => _names.ContainsKey(name);

    public IReadOnlyList<string> List(string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        return [.. _names.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.IndexOf('/', prefix.Length) < 0)
            .Select(name => name[prefix.Length..])];
    }

    public void Rename(string from, string to)
    {
        Begin(DiskOperation.Rename, from);
        var file = Find("rename", from);
        _names.Remove(from);
        _names[to] = file;
        _pendingNames.Add(new NameChange(FolderOf(to), to, from, file));
        CountChange();
    }

    public void Delete(string name)
    {
        Begin(DiskOperation.Delete, name);
        Find("delete", name);
        _names.Remove(name);
        _pendingNames.Add(new NameChange(FolderOf(name), Added: null, name, File: null));
        CountChange();
    }

    /// <summary>Folders exist by themselves: what could be lost with a folder is lost with the names in it.</summary>
    public void CreateFolder(string folder)
    {
    }

    public void SyncFolder(string folder)
    {
        if (Begin(DiskOperation.SyncFolder, folder) == DiskFault.Lie)
        {
            return;
        }

        CountSync(folder, lost: null);
        foreach (var change in _pendingNames.Where(change => change.Folder == folder))
        {
            change.ApplyTo(_durableNames);
        }

        _pendingNames.RemoveAll(change => change.Folder == folder);
    }

    /// <summary>
    /// Every operation begins here, before it does anything. Returns what is left to go wrong, for the operation itself: <see cref="DiskFault.Lie"/>,
    /// <see cref="DiskFault.ShortWrite"/>, <see cref="DiskFault.PowerLoss"/>.
    /// </summary>
    internal DiskFault Begin(DiskOperation operation, string name)
    {
        ThrowIfPowerLost();
        var fault = Inject?.Invoke(operation, name) ?? DiskFault.None;
        ThrowIfPowerLost();
        switch (fault)
        {
            case DiskFault.InputOutputError:
                throw new StorageException(operation.ToString(), name, InputOutputError);
            case DiskFault.NoSpace:
                throw new StorageException(operation.ToString(), name, NoSpace);
            case DiskFault.PowerLoss:
                // The operation is under way: it counts as a pending change.
                _changesUntilPowerLoss = 0;
                break;
            case DiskFault.Lie:
                HasLied = true;
                break;
        }

        return fault;
    }

    internal void CountChange()
    {
        if (_changesUntilPowerLoss == 0)
        {
            HasLostPower = true;
            throw new PowerLostException();
        }

        _changesUntilPowerLoss = Math.Max(_changesUntilPowerLoss - 1, -1);
    }

    private void ThrowIfPowerLost()
    {
        if (HasLostPower)
        {
            throw new PowerLostException();
        }
    }

    internal void CountSync(string name, FaultyFile? lost)
    {
        CountChange();
        if (_syncsUntilError == 0)
        {
            _syncsUntilError = -1;
            lost?.LosePendingWrites();
            throw new StorageException("sync", name, InputOutputError);
        }

        _syncsUntilError = Math.Max(_syncsUntilError - 1, -1);
        SyncCount++;
    }

    internal void CountWrite(string name)
    {
        if (_writesUntilError == 0)
        {
            _writesUntilError = -1;
            throw new StorageException("write", name, InputOutputError);
        }

        _writesUntilError = Math.Max(_writesUntilError - 1, -1);
        WriteCount++;
    }

    /// <summary>Returns how many bytes any file may still grow by.</summary>
    internal long FreeBytes() => CapacityBytes == long.MaxValue ? long.MaxValue : CapacityBytes - UsedBytes();

    /// <summary>
    /// Returns the bytes of all files but those of the quarantine: they hold a stack's trace, whose length the compiler's inlining decides, and a seed must do
    /// the same every time.
    /// </summary>
    internal long UsedBytes() =>
        _names.Where(name => !name.Key.StartsWith("quarantine/", StringComparison.Ordinal)).Sum(name => (long)name.Value.Current.Length);

    private static string FolderOf(string name) => name.Contains('/') ? name[..name.LastIndexOf('/')] : "";

    private FaultyFile Find(string operation, string name) =>
        _names.TryGetValue(name, out var file) ? file : throw new StorageException(operation, name, NotFound);

    /// <summary>A file system keeps the order of its own changes: of each folder's, a prefix survives.</summary>
    private void KeepSomeNames(Random random)
    {
        foreach (var folder in _pendingNames.Select(change => change.Folder).Distinct().ToArray())
        {
            var changes = _pendingNames.Where(change => change.Folder == folder).ToArray();
            foreach (var change in changes.Take(random.Next(changes.Length + 1)))
            {
                change.ApplyTo(_durableNames);
            }
        }

        _pendingNames.Clear();
    }

    /// <summary>One pending change of names: a creation, a deletion, or both at once, which is a rename.</summary>
    private sealed record NameChange(string Folder, string? Added, string? Removed, FaultyFile? File)
    {
        public void ApplyTo(SortedDictionary<string, FaultyFile> names)
        {
            if (Removed is not null)
            {
                names.Remove(Removed);
            }

            if (Added is not null)
            {
                names[Added] = File!;
            }
        }
    }
}

