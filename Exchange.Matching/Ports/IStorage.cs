namespace Exchange.Matching.Ports;

/// <summary>
/// The files of one data directory, as the journal needs them: explicit offsets, explicit syncs, results that tell the truth.
/// Names are relative, with '/' between folders. One thread at a time per file. Errors are <see cref="StorageException"/> with the errno.
/// The real one is `FileStorage`; tests and simulation put a faulty disk in its place.
/// </summary>
public interface IStorage
{
    /// <summary>
    /// Opens a file for reading and writing; with <paramref name="create"/> it must not exist yet.
    /// With <paramref name="syncedWrites"/> the caller promises that address, offset and length of every read and write are multiples of
    /// <see cref="IStorageFile.WriteAlignment"/>; the storage may then make each write durable by itself, past the page cache.
    /// The caller syncs all the same: <see cref="IStorageFile.Sync"/> does what is left to do.
    /// </summary>
    IStorageFile Open(string name, bool create, bool syncedWrites = false);

    bool Exists(string name);

    /// <summary>Bytes that may still be written here, as far as the file system tells; long.MaxValue where nobody knows.</summary>
    long FreeBytes => long.MaxValue;

    /// <summary>
    /// Returns the names (without the folder) of the files directly inside <paramref name="folder"/> ("" is the root), in ordinal order;
    /// none when the folder is missing.
    /// </summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Renames a file; open handles stay valid. A file named <paramref name="to"/> is replaced.</summary>
    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Creates a folder (and its parents) if it is missing; durable on return.</summary>
    void CreateFolder(string folder);

    /// <summary>Makes creations, renames and deletions inside <paramref name="folder"/> durable.</summary>
    void SyncFolder(string folder);
}

/// <summary>One open file. Not thread-safe.</summary>
public interface IStorageFile : IDisposable
{
    long Length { get; }

    /// <summary>What address, offset and length of a write must be multiples of, in bytes: a power of two up to 4096; 1 where anything goes.</summary>
    int WriteAlignment { get; }

    /// <summary>Reads up to the buffer's length at <paramref name="offset"/>; returns the bytes read, 0 at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all bytes at <paramref name="offset"/>; durable only after <see cref="Sync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes everything written durable. A failure is final: the caller must not go on with the file, nor try again.</summary>
    void Sync();
}

/// <summary>An operation of the storage failed.</summary>
public sealed class StorageException(string operation, string name, int errno)
    : IOException($"{operation} of '{name}' failed: errno {errno} ({System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)})")
{
    public int Errno { get; } = errno;
}
