using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>Copies files of the data directory that never change again to the archive, each once. One thread.</summary>
/// <param name="source">The data directory.</param>
internal sealed class JournalArchive(IStorage source, IArchive archive)
{
    private readonly HashSet<string> _verified = new(StringComparer.Ordinal);

    /// <summary>Copies the file unless it is there already, and equal.</summary>
    /// <param name="name">With its folder.</param>
    /// <exception cref="InvalidDataException">The archive holds another file of that name, or what was copied reads back otherwise.</exception>
    /// <exception cref="IOException">One of the two failed; the file is not archived.</exception>
    public void Archive(string name)
    {
        if (_verified.Contains(name))
        {
            return;
        }

        using (var file = source.Open(name, create: false))
        {
            var digest = FileWalk.DigestOf(file);
            if (archive.Find(name) is not { } stored)
            {
                archive.Put(name, file, digest);
            }
            else if (stored != digest)
            {
                throw new InvalidDataException(
                    $"the archive holds another '{name}' than the journal: it is the archive of another data directory, or damaged; move it away, or configure another one");
            }
        }

        _verified.Add(name);
    }

    /// <summary>The file was deleted from the data directory and is asked for no more.</summary>
    public void Forget(string name) => _verified.Remove(name);
}
