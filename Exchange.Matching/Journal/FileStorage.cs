using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// The files of one data directory on a real file system. Files are 0600, folders 0700. Every call checks its result; nothing is kept between
/// calls, so any thread may call, one at a time per file.
/// </summary>
public sealed class FileStorage : IStorage
{
    private const uint FileMode = 0x180;
    private const uint FolderMode = 0x1C0;
    private const string ProbeName = "direct.probe";

    private readonly string _root;
    private readonly int _directAlignment;

    /// <summary>Creates the directory if it is missing and finds out whether direct writes work in it.</summary>
    /// <param name="root">The data directory.</param>
    /// <param name="method">How files opened for synced writes are made durable.</param>
    /// <param name="log">Receives one line when the file system refuses direct writes and <c>fdatasync</c> takes their place.</param>
    /// <exception cref="StorageException">The directory cannot be made or written.</exception>
    public FileStorage(string root, JournalSyncMethod method, Action<string> log)
    {
        _root = Path.GetFullPath(root);
        MakeFolders(_root);
        SyncMethod = JournalSyncMethod.Fdatasync;
        if (method == JournalSyncMethod.DirectDsync)
        {
            _directAlignment = FindDirectAlignment(out var errno);
            if (_directAlignment > 0)
            {
                SyncMethod = JournalSyncMethod.DirectDsync;
            }
            else
            {
                log($"journal: the file system of '{_root}' refuses O_DIRECT|O_DSYNC (errno {errno}); writes are made durable with fdatasync instead. "
                    + $"Set the sync method to {nameof(JournalSyncMethod.Fdatasync)} to silence this line, or move the data directory.");
            }
        }
    }

    /// <summary>The method in use, after a possible fallback.</summary>
    public JournalSyncMethod SyncMethod { get; }

    public IStorageFile Open(string name, bool create, bool syncedWrites = false)
    {
        var direct = syncedWrites && SyncMethod == JournalSyncMethod.DirectDsync;
        var flags = LibC.ReadWrite
            | (create ? LibC.Create | LibC.Exclusive : 0)
            | (direct ? LibC.Direct | LibC.DataSync : 0);
        return new StorageFile(Check(LibC.Open(PathOf(name), flags, FileMode), "open", name), name, direct ? _directAlignment : 0);
    }

    public long FreeBytes => new DriveInfo(_root).AvailableFreeSpace;

    public bool Exists(string name)
    {
        var result = LibC.Access(PathOf(name));
        return result != -LibC.NotFound && Check(result, "access", name) == 0;
    }

    public IReadOnlyList<string> List(string folder)
    {
        var path = PathOf(folder);
        if (!Exists(folder))
        {
            return [];
        }

        var names = Directory.GetFiles(path).Select(file => Path.GetFileName(file)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    public void Rename(string from, string to) => Check(LibC.Rename(PathOf(from), PathOf(to)), "rename", from);

    public void Delete(string name) => Check(LibC.Unlink(PathOf(name)), "delete", name);

    public void CreateFolder(string folder) => MakeFolders(PathOf(folder));

    public void SyncFolder(string folder) => SyncPath(PathOf(folder));

    private static int Check(int result, string operation, string name) =>
        result >= 0 ? result : throw new StorageException(operation, name, -result);

    /// <summary>Creates the missing folders from the top down, each durable before the next.</summary>
    private static void MakeFolders(string path)
    {
        if (LibC.Access(path) == 0)
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!;
        MakeFolders(parent);
        var result = LibC.MakeDirectory(path, FolderMode);
        if (result != -LibC.AlreadyExists)
        {
            Check(result, "create folder", path);
        }

        SyncPath(parent);
    }

    private static void SyncPath(string path)
    {
        var descriptor = Check(LibC.Open(path, LibC.ReadOnly | LibC.Directory, 0), "open folder", path);
        try
        {
            Check(LibC.Sync(descriptor), "sync folder", path);
        }
        finally
        {
            LibC.Close(descriptor);
        }
    }

    /// <summary>Returns the smallest alignment of direct writes that the file system takes, or 0 with the errno of its refusal.</summary>
    private int FindDirectAlignment(out int errno)
    {
        var path = PathOf(ProbeName);
        var descriptor = LibC.Open(path, LibC.ReadWrite | LibC.Create | LibC.Direct | LibC.DataSync, FileMode);
        errno = -Math.Min(descriptor, 0);
        if (errno is LibC.InvalidArgument or LibC.NotSupported)
        {
            return 0;
        }

        Check(descriptor, "open", ProbeName);
        try
        {
            using var zeros = new AlignedBuffer(JournalFormat.PageSize);
            zeros.Span.Clear();
            foreach (var alignment in (ReadOnlySpan<int>)[JournalFormat.SectorSize, JournalFormat.PageSize])
            {
                var result = LibC.Write(descriptor, zeros.Span[..alignment], alignment);
                if (result == alignment)
                {
                    return alignment;
                }

                errno = result < 0 ? -result : LibC.InputOutputError;
                if (errno is not (LibC.InvalidArgument or LibC.NotSupported))
                {
                    throw new StorageException("write", ProbeName, errno);
                }
            }

            return 0;
        }
        finally
        {
            LibC.Close(descriptor);
            Check(LibC.Unlink(path), "delete", ProbeName);
        }
    }

    private string PathOf(string name) => name.Length == 0 ? _root : Path.Combine(_root, name);
}
