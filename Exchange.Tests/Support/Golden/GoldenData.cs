using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Snapshot;
using Exchange.Risk;
using Exchange.Tests.Support.Determinism;

namespace Exchange.Tests.Support.Golden;

/// <summary>
/// A data directory as an earlier build wrote it, kept in the repository for good: `Golden/FORMAT/data.tar.br` with journal and snapshot, and
/// `hashes.txt` with the state hash behind every 10,000 records and behind the last. See `Golden/README.md`.
/// </summary>
internal sealed class GoldenData
{
    /// <summary>Writes the golden data of this build and registers its new numbers.</summary>
    public const string Command = "golden";

    private const string Archive = "data.tar.br";
    private const string Hashes = "hashes.txt";
    private const int Records = 100_000;
    private const ulong Seed = 2026;
    private const long SegmentBytes = 4 << 20;

    private GoldenData(string name) => Name = name;

    /// <summary>Names of all golden data in the repository.</summary>
    public static IEnumerable<string> Names =>
        Directory.GetDirectories(RepositoryFiles.Path("Exchange.Tests", "Golden")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>Name of what this build writes: the version of the journal's format, and of the rules.</summary>
    public static string CurrentName { get; } =
        string.Create(CultureInfo.InvariantCulture, $"format-{JournalFormat.Version}-logic-{GenesisCommand.CurrentLogicVersion}");

    public string Name { get; }

    private string Folder => RepositoryFiles.Path("Exchange.Tests", "Golden", Name);

    public static GoldenData Of(string name) => new(name);

    /// <summary>Returns the files of the data directory, on a disk of their own.</summary>
    public FaultyDisk ReadDisk()
    {
        var disk = new FaultyDisk();
        using var file = File.OpenRead(Path.Combine(Folder, Archive));
        using var bytes = new BrotliStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(bytes);
        while (archive.GetNextEntry() is { } entry)
        {
            var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            disk.Put(entry.Name, content.ToArray());
        }

        return disk;
    }

    /// <summary>Returns the state hash behind each sequence that has one.</summary>
    public IReadOnlyDictionary<long, ulong> ReadHashes() => File.ReadLines(Path.Combine(Folder, Hashes))
        .Select(line => line.Split(' '))
        .ToDictionary(fields => long.Parse(fields[0], CultureInfo.InvariantCulture), fields => ulong.Parse(fields[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    /// <summary>Writes what this build writes into the source tree, in the place of what is there under the same name.</summary>
    public static void Write()
    {
        var directory = Directory.CreateTempSubdirectory("exchange-golden-");
        try
        {
            var golden = new GoldenData(CurrentName);
            var hashes = new SortedDictionary<long, ulong>();
            LongJournal.Write(directory.FullName, Records, Seed, (sequence, hash) => hashes[sequence] = hash, SegmentBytes);
            TakeSnapshot(new FileStorage(directory.FullName, JournalSyncMethod.Fdatasync, _ => { }));
            Directory.CreateDirectory(golden.Folder);
            File.WriteAllLines(
                Path.Combine(golden.Folder, Hashes),
                hashes.Select(hash => string.Create(CultureInfo.InvariantCulture, $"{hash.Key} {hash.Value:x16}")));
            Pack(directory.FullName, Path.Combine(golden.Folder, Archive));
            NumberRegistry.Add();
            Console.WriteLine($"written: {golden.Folder}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Behind the first closed segment: the journal goes on behind it, as an exchange does.</summary>
    private static void TakeSnapshot(FileStorage storage)
    {
        long sequence;
        using (var reader = new JournalReader(storage))
        {
            sequence = reader.Segments[1].Header.FirstSequence - 1;
        }

        var options = new PipelineOptions
        {
            Journal = new JournalOptions { BuildId = "test build" },
            Snapshot = new SnapshotOptions { WriteBytesPerSecond = 0 },
        };
        new Snapshotter<RiskPort, LedgerPort>(storage, options, new SnapshotStore(storage), BareExchange.NewParts, new ManualClock(), Console.WriteLine)
            .Take(sequence, CancellationToken.None);
    }

    private static void Pack(string directory, string path)
    {
        using var file = File.Create(path);
        using var bytes = new BrotliStream(file, CompressionLevel.SmallestSize);
        using var archive = new TarWriter(bytes);
        var names = Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .Where(name => !name.EndsWith(JournalFormat.TemporarySuffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            // Why without time and owner: the same journal gives the same archive.
            using var content = new MemoryStream(File.ReadAllBytes(name));
            archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, Path.GetRelativePath(directory, name))
            {
                DataStream = content,
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }
    }
}
