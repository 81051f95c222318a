using System.Globalization;
using System.Text;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// One process per data directory: an exclusive <c>flock</c> on the file <c>lock</c>, which the kernel lets go when the process ends, however
/// it ends. The file names the owner. Hold it from before the journal is read until after it is closed.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private const string Name = "lock";
    private const uint FileMode = 0x180;

    private readonly StorageFile _file;

    private DirectoryLock(StorageFile file) => _file = file;

    /// <summary>Takes the lock at once or fails at once.</summary>
    /// <param name="root">An existing data directory.</param>
    /// <param name="clock">Tells the start time that is written into the file.</param>
    /// <exception cref="DirectoryLockedException">Another process holds the lock.</exception>
    /// <exception cref="StorageException">The file cannot be opened or written.</exception>
    public static DirectoryLock Acquire(string root, IClock clock)
    {
        var path = Path.Combine(Path.GetFullPath(root), Name);
        var descriptor = LibC.Open(path, LibC.ReadWrite | LibC.Create, FileMode);
        if (descriptor < 0)
        {
            throw new StorageException("open", path, -descriptor);
        }

        var file = new StorageFile(descriptor, path, directAlignment: 0);
        try
        {
            var result = LibC.Lock(descriptor);
            if (result == -LibC.WouldBlock)
            {
                throw new DirectoryLockedException(Path.GetFullPath(root), ReadOwner(file));
            }

            ThrowIfNegative(result, "lock", path);
            ThrowIfNegative(LibC.Truncate(descriptor, 0), "truncate", path);
            file.Write(
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, started {clock.WallUs / 1_000_000} (seconds since 1970 UTC)\n")),
                0);
            return new DirectoryLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Lets the lock go; the file stays, because deleting it would let two processes lock two files of one name.</summary>
    public void Dispose() => _file.Dispose();

    private static string ReadOwner(StorageFile file)
    {
        Span<byte> text = stackalloc byte[256];
        var owner = Encoding.UTF8.GetString(text[..file.Read(text, 0)]).Trim();
        return owner.Length > 0 ? owner : "a process that is just starting";
    }

    private static void ThrowIfNegative(int result, string operation, string path)
    {
        if (result < 0)
        {
            throw new StorageException(operation, path, -result);
        }
    }
}

/// <summary>The data directory belongs to another process.</summary>
public sealed class DirectoryLockedException(string root, string owner)
    : IOException($"data directory '{root}' is in use by {owner}; stop it, or choose another directory")
{
    /// <summary>Process id and start time, as the owner wrote them.</summary>
    public string Owner { get; } = owner;
}
