using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// A folder as an archive: a file is written under a temporary name, synced, read back and compared by checksum, then renamed, its folder synced.
/// What stands there can be read as a journal.
/// </summary>
public sealed class DirectoryArchive(IStorage storage) : IArchive
{
    public IReadOnlyList<string> List(string folder) =>
        [.. storage.List(folder).Where(name => !name.EndsWith(JournalFormat.TemporarySuffix, StringComparison.Ordinal))];

    public FileDigest? Find(string name) => storage.Exists(name) ? DigestOf(name) : null;

    public void Put(string name, IStorageFile source, FileDigest digest)
    {
        var folder = name[..name.LastIndexOf('/')];
        var temporary = $"{folder}/next{JournalFormat.TemporarySuffix}";
        storage.CreateFolder(folder);
        if (storage.Exists(temporary))
        {
            storage.Delete(temporary);
        }

        using (var to = storage.Open(temporary, create: true))
        {
            FileWalk.DigestOf(source, (bytes, offset) =>
            {
                to.Write(bytes, offset);
                to.Sync();
            });
            to.Sync();
        }

        if (DigestOf(temporary) != digest)
        {
            throw new InvalidDataException($"'{name}' reads back from the archive otherwise than it was written");
        }

        storage.Rename(temporary, name);
        storage.SyncFolder(folder);
    }

    public IStorageFile Open(string name) => storage.Open(name, create: false);

    private FileDigest DigestOf(string name)
    {
        using var file = storage.Open(name, create: false);
        return FileWalk.DigestOf(file);
    }
}
