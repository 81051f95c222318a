using Exchange.Matching.Ports;

namespace Exchange.Matching.Snapshot;

/// <summary>The snapshots of one data directory. Finding and reading change nothing. One thread at a time.</summary>
/// <param name="folder">Folder inside the storage.</param>
internal sealed class SnapshotStore(IStorage storage, string folder = SnapshotStore.DefaultFolder)
{
    public const string DefaultFolder = "snapshot";

    /// <summary>Name of the file in writing, with its folder.</summary>
    public string TemporaryName { get; } = $"{folder}/next.tmp";

    /// <summary>Returns the sequences of all snapshots, newest first. Other files in the folder count for nothing.</summary>
    public List<long> List()
    {
        var sequences = new List<long>();
        foreach (var file in storage.List(folder))
        {
            if (SnapshotFormat.TryParseName(file, out var sequence))
            {
                sequences.Add(sequence);
            }
        }

        sequences.Sort((left, right) => right.CompareTo(left));
        return sequences;
    }

    /// <summary>Returns the name of a snapshot, with its folder.</summary>
    public string NameOf(long sequence) => $"{folder}/{SnapshotFormat.FileName(sequence)}";

    /// <summary>Opens the newest snapshot that verifies from end to end and can be used, at the beginning of its content; null when there is none.</summary>
    /// <param name="check">Throws <see cref="SnapshotDamagedException"/> for one that cannot be used; leaves it at the beginning of its content.</param>
    /// <param name="onPassedOver">Told about each newer one that does not verify or cannot be used.</param>
    /// <exception cref="StorageException">The storage failed.</exception>
    public SnapshotFileReader? OpenNewest(Action<SnapshotFileReader, string> check, Action<SnapshotDamagedException> onPassedOver)
    {
        foreach (var sequence in List())
        {
            SnapshotFileReader? file = null;
            try
            {
                file = OpenVerified(NameOf(sequence), sequence);
                check(file, NameOf(sequence));
                return file;
            }
            catch (SnapshotDamagedException unusable)
            {
                file?.Dispose();
                onPassedOver(unusable);
            }
            catch
            {
                file?.Dispose();
                throw;
            }
        }

        return null;
    }

    /// <summary>Returns a snapshot, verified from end to end, at the beginning of its content.</summary>
    /// <exception cref="SnapshotDamagedException">It does not verify, or is not that of <paramref name="sequence"/>.</exception>
    public SnapshotFileReader OpenVerified(string name, long sequence)
    {
        var reader = new SnapshotFileReader(storage, name);
        try
        {
            if (reader.Header.Sequence != sequence)
            {
                throw new SnapshotDamagedException($"{name}, offset 16: it holds the state behind {reader.Header.Sequence}, its name says {sequence}");
            }

            reader.Verify();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes a snapshot aside: durable, but under its temporary name, where nobody looks for it. <see cref="Publish"/> gives it its own.
    /// </summary>
    /// <param name="save">Writes the content.</param>
    /// <param name="onContent">Sees the content on its way to the file.</param>
    /// <param name="afterStep">See <see cref="SnapshotFileWriter"/>.</param>
    /// <returns>Bytes of the file.</returns>
    public long WriteAside(SnapshotHeader header, Action<SnapshotWriter> save, SnapshotSink? onContent = null, Action<long>? afterStep = null)
    {
        storage.CreateFolder(folder);
        DeleteAside();
        using var file = new SnapshotFileWriter(storage, TemporaryName, header, afterStep);
        var writer = new SnapshotWriter(bytes =>
        {
            onContent?.Invoke(bytes);
            file.Write(bytes);
        });
        save(writer);
        writer.Flush();
        file.Finish();
        return file.Length;
    }

    /// <summary>Opens what <see cref="WriteAside"/> wrote, verified.</summary>
    public SnapshotFileReader OpenAside(long sequence) => OpenVerified(TemporaryName, sequence);

    /// <summary>Makes the snapshot written aside visible, durably.</summary>
    public void Publish(long sequence)
    {
        storage.Rename(TemporaryName, NameOf(sequence));
        storage.SyncFolder(folder);
    }

    /// <summary>Removes what was written aside, if anything.</summary>
    public void DeleteAside()
    {
        if (storage.Exists(TemporaryName))
        {
            storage.Delete(TemporaryName);
        }
    }

    /// <summary>Deletes a snapshot, durably.</summary>
    public void Delete(long sequence)
    {
        storage.Delete(NameOf(sequence));
        storage.SyncFolder(folder);
    }
}
