using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>
/// Copies closed segments to another place, each once: under a temporary name, synced, read back and compared by checksum, then renamed, the
/// folder synced. What stands there can be read as a journal. One thread.
/// </summary>
/// <param name="source">The data directory.</param>
/// <param name="archive">The archive; on another disk, or it protects from nothing.</param>
/// <param name="folder">Folder of the segments in both.</param>
internal sealed class SegmentArchive(IStorage source, IStorage archive, string folder)
{
    private const int CopyBytes = 1 << 20;

    private readonly HashSet<string> _verified = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[CopyBytes];

    private string TemporaryName => $"{folder}/next{JournalFormat.TemporarySuffix}";

    /// <summary>Copies the segment unless it is there already, and equal.</summary>
    /// <exception cref="InvalidDataException">The archive holds another file of that name, or what was copied reads back otherwise.</exception>
    /// <exception cref="StorageException">One of the two failed; the segment is not archived.</exception>
    public void Archive(string file)
    {
        if (_verified.Contains(file))
        {
            return;
        }

        var name = $"{folder}/{file}";
        if (!archive.Exists(name))
        {
            Copy(name);
        }
        else if (Digest(archive, name) != Digest(source, name))
        {
            throw new InvalidDataException(
                $"the archive holds another '{name}' than the journal: it is the archive of another data directory, or damaged; move it away, or configure another one");
        }

        _verified.Add(file);
    }

    /// <summary>The segment was deleted from the journal and is asked for no more.</summary>
    public void Forget(string file) => _verified.Remove(file);

    private void Copy(string name)
    {
        archive.CreateFolder(folder);
        if (archive.Exists(TemporaryName))
        {
            archive.Delete(TemporaryName);
        }

        (long Length, uint Crc) written;
        using (var to = archive.Open(TemporaryName, create: true))
        {
            written = Walk(source, name, (bytes, offset) =>
            {
                to.Write(bytes, offset);
                to.Sync();
            });
            to.Sync();
        }

        if (Digest(archive, TemporaryName) != written)
        {
            throw new InvalidDataException($"'{name}' reads back from the archive otherwise than it was written");
        }

        archive.Rename(TemporaryName, name);
        archive.SyncFolder(folder);
    }

    private (long Length, uint Crc) Digest(IStorage storage, string name) => Walk(storage, name, static (_, _) => { });

    private (long Length, uint Crc) Walk(IStorage storage, string name, BlockAction onBlock)
    {
        using var file = storage.Open(name, create: false);
        uint crc = 0;
        long offset = 0;
        while (file.Read(_buffer, offset) is var read and > 0)
        {
            var block = _buffer.AsSpan(0, read);
            crc = JournalChecksum.Crc32C([(byte)crc, (byte)(crc >> 8), (byte)(crc >> 16), (byte)(crc >> 24)], block);
            onBlock(block, offset);
            offset += read;
        }

        return (offset, crc);
    }

    private delegate void BlockAction(ReadOnlySpan<byte> block, long offset);
}
