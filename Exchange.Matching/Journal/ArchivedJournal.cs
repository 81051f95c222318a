using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// A journal as it would stand if no segment had been deleted: what the data directory lacks is read from the archive. For reading alone, and of an
/// exchange that is stopped. Why a storage: whatever reads a journal reads this one, its chain checked across both.
/// </summary>
/// <param name="prefersArchive">Whether what both have is read from the archive.</param>
public sealed class ArchivedJournal(IStorage live, IArchive archive, bool prefersArchive = false) : IStorage
{
    public IStorageFile Open(string name, bool create, bool syncedWrites = false) =>
        create ? throw ReadOnly()
        : live.Exists(name) && !(prefersArchive && archive.Find(name) is not null) ? live.Open(name, create: false)
        : archive.Open(name);

    public bool Exists(string name) => live.Exists(name) || archive.Find(name) is not null;

    public IReadOnlyList<string> List(string folder) => [.. live.List(folder).Union(archive.List(folder)).Order(StringComparer.Ordinal)];

    public void Rename(string from, string to) => throw ReadOnly();

    public void Delete(string name) => throw ReadOnly();

    public void CreateFolder(string folder) => throw ReadOnly();

    public void SyncFolder(string folder) => throw ReadOnly();

    private static NotSupportedException ReadOnly() => new("a journal with its archive is for reading alone");
}
