namespace Exchange.Matching.Ports;

/// <summary>
/// A place for files that are written once and kept: closed segments and snapshots, by their names in the data directory. On another disk or service,
/// or it protects from nothing. One thread at a time.
/// </summary>
public interface IArchive
{
    /// <summary>Returns the names (without the folder) of the files directly inside the folder, in ordinal order.</summary>
    /// <exception cref="IOException">The archive failed.</exception>
    IReadOnlyList<string> List(string folder);

    /// <summary>Returns what stands under a name; null when nothing does.</summary>
    /// <exception cref="IOException">The archive failed.</exception>
    FileDigest? Find(string name);

    /// <summary>Stores a file: durable, checked, and visible only as a whole when this returns.</summary>
    /// <param name="digest">Of the source.</param>
    /// <exception cref="IOException">The archive failed, and the file is not archived.</exception>
    /// <exception cref="InvalidDataException">What was stored is not what was given; it is not visible.</exception>
    void Put(string name, IStorageFile source, FileDigest digest);

    /// <summary>Opens a file for reading alone.</summary>
    /// <exception cref="IOException">There is none, or the archive failed.</exception>
    IStorageFile Open(string name);
}

/// <summary>What tells a file's content.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Crc">Folded CRC-32C of its blocks of 1 MiB: each is checksummed behind the four bytes of the one before.</param>
public readonly record struct FileDigest(long Length, uint Crc);

/// <summary>An archive other than a folder failed.</summary>
public sealed class ArchiveException(string reason, Exception? cause = null) : IOException(reason, cause);
