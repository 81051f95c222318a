using System.Security.Cryptography;
using System.Text;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Replication.Following;

/// <summary>
/// The position of a store that can keep none with its data, in a file of the data directory: the old content or the new one, whatever happens.
/// One thread. Errors: <see cref="StorageException"/>.
/// <code>
/// offset size
///      0    4  version: 1
///      4   32  epoch, sequence, time, fingerprint of the position (8 each)
///     36    4  length of the target, then its name in UTF-8: what the position is about
///            4  length of the state, then what the replicator must know of the records up to the position
///           32  SHA-256 of all before
/// </code>
/// A write goes aside, is synced, renamed over the old file, and the folder is synced.
/// </summary>
/// <param name="store">Names the file.</param>
/// <param name="target">The queue or stream; a position of another one is not taken.</param>
/// <param name="beforeStep">Called before every step of a write; what it throws fails it there.</param>
internal sealed class PositionFile(IStorage storage, string store, string target, Action<string>? beforeStep = null)
{
    public const string Folder = "replication";

    private const int Version = 1;
    private const int LengthMax = 256 * 1024 * 1024;

    private readonly string _name = NameOf(store);
    private readonly string _aside = NameOf(store) + ".tmp";

    /// <summary>Returns the stored position and state; the beginning of the journal and no state when there is none.</summary>
    /// <exception cref="RebuildNeededException">The file is damaged, of another build, or about another target.</exception>
    public (JournalPosition Position, byte[] State) Read()
    {
        if (!storage.Exists(_name))
        {
            return (default, []);
        }

        try
        {
            using var content = new MemoryStream(Verified());
            var reader = new SnapshotReader(content.ReadExactly);
            reader.ReadVersion("position file", Version);
            var position = reader.Read<JournalPosition>();
            var name = reader.ReadString();
            return name == target
                ? (position, reader.ReadBytes().ToArray())
                : throw new RebuildNeededException($"'{_name}' is the position of '{name}', and the events go to '{target}' now");
        }
        catch (Exception failure) when (failure is SnapshotDamagedException or EndOfStreamException)
        {
            throw new RebuildNeededException($"'{_name}' cannot be read: {failure.Message}");
        }
    }

    /// <summary>Puts the position and the state in place of the old ones; durable on return.</summary>
    public void Write(in JournalPosition position, byte[] state)
    {
        using var content = new MemoryStream();
        var writer = new SnapshotWriter(content.Write);
        writer.Write(Version);
        writer.Write(position);
        writer.Write(target);
        writer.Write(state);
        writer.Flush();
        content.Write(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));

        beforeStep?.Invoke("create position");
        storage.CreateFolder(Folder);
        if (storage.Exists(_aside))
        {
            storage.Delete(_aside);
        }

        using (var file = storage.Open(_aside, create: true))
        {
            file.Write(content.GetBuffer().AsSpan(0, (int)content.Length), 0);
            beforeStep?.Invoke("sync position");
            file.Sync();
        }

        beforeStep?.Invoke("rename position");
        storage.Rename(_aside, _name);
        storage.SyncFolder(Folder);
    }

    /// <summary>Forgets the position: the next read is at the beginning of the journal. Durable on return.</summary>
    public static void Delete(IStorage storage, string store)
    {
        if (storage.Exists(NameOf(store)))
        {
            storage.Delete(NameOf(store));
            storage.SyncFolder(Folder);
        }
    }

    private static string NameOf(string store) => $"{Folder}/{store}.position";

    private byte[] Verified()
    {
        using var file = storage.Open(_name, create: false);
        if (file.Length is < SHA256.HashSizeInBytes or > LengthMax)
        {
            throw new SnapshotDamagedException($"it has {file.Length} bytes");
        }

        var bytes = new byte[file.Length];
        for (var read = 0; read < bytes.Length;)
        {
            var piece = file.Read(bytes.AsSpan(read), read);
            read += piece > 0 ? piece : throw new SnapshotDamagedException($"it ends at byte {read} of {bytes.Length}");
        }

        var content = bytes[..^SHA256.HashSizeInBytes];
        return SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length))
            ? content
            : throw new SnapshotDamagedException("its checksum is wrong");
    }
}
