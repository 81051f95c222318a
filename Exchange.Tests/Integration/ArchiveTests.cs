using Amazon.Runtime;
using Amazon.S3;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Replication;
using Exchange.Replication.Archive;
using Exchange.Replication.Following;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>The archive in a directory and in a bucket: the housekeeping fills it, and stores are rebuilt from it when the journal's own segments are gone.</summary>
[TestFixture("directory")]
[TestFixture("bucket")]
public sealed class ArchiveTests(string kind)
{
    private const string Name = "journal/00000000000000000001.seg";

    private readonly List<string> _conditions = [];
    private IArchive _archive = null!;

    [SetUp]
    public void Make()
    {
        _conditions.Clear();
        _archive = kind == "bucket" ? NewBucket() : new DirectoryArchive(new FaultyDisk());
    }

    [TearDown]
    public void Drop() => (_archive as IDisposable)?.Dispose();

    [Test]
    public void A_file_comes_back_as_it_went_in()
    {
        var bytes = new byte[(6 << 20) + 77];
        new Random(1).NextBytes(bytes);
        Assert.That((_archive.Find(Name), _archive.List("journal").Count), Is.EqualTo(((FileDigest?)null, 0)));

        var digest = Put(Name, bytes);
        Put("snapshot/1.snap", [1, 2, 3]);

        Assert.That(_archive.Find(Name), Is.EqualTo(digest));
        Assert.That(_archive.List("journal"), Is.EqualTo(new[] { Path.GetFileName(Name) }));
        using var file = _archive.Open(Name);
        var read = new byte[bytes.Length];
        var step = 4_096;
        for (var offset = 0; offset < read.Length;)
        {
            var count = file.Read(read.AsSpan(offset, Math.Min(step, read.Length - offset)), offset);
            Assert.That(count, Is.GreaterThan(0));
            offset += count;
            step = Math.Min(step * 2, 3 << 20);
        }

        Assert.That(read.AsSpan().SequenceEqual(bytes), Is.True);
        Assert.That(file.Read(read, read.Length), Is.Zero, "behind the end");
        Assert.That(() => _archive.Open("journal/none").Dispose(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Stores_are_rebuilt_and_verified_over_segments_that_the_journal_has_no_more()
    {
        var stream = new StreamJournal(91, 6_000, withHashes: true);
        var disk = new FaultyDisk();
        Write(stream, disk, HousekeptJournal.Options, _archive);
        var unpruned = new FaultyDisk();
        Write(stream, unpruned, HousekeptJournal.Options with { Retention = new RetentionOptions() }, archive: null);

        var first = JournalReader.FirstSequence(disk);
        var (_, end) = JournalFixture.ReadAll(new ArchivedJournal(disk, _archive));
        var last = end.NextSequence - 1;
        Assert.That(first, Is.GreaterThan(1), "the journal is pruned");
        Assert.That(_archive.List("snapshot"), Is.Not.Empty);
        using var expected = new HistoryStore().Follow(unpruned, last);
        using var store = new HistoryStore();
        var sql = store.NewStore();
        using var module = new ReplicationModule(
            () => last, new StoreSurroundings("nowhere", new FollowingOptions(), NullLogger.Instance), [sql], new Borrowed(_archive));

        Assert.That(() => sql.Rebuild(disk, last), Throws.TypeOf<RebuildNeededException>().With.Message.Contains($"begins with {first}"), "without the archive");
        Assert.That(module.Rebuild("sql", disk, last), Is.EqualTo(last));
        Assert.That(module.Verify("sql", disk, last).Differences, Is.Empty);
        Assert.That(store.DifferencesFrom(expected), Is.Empty);
        Assert.That(expected.Number("SELECT COUNT(*) FROM orders"), Is.GreaterThan(100));
    }

    [Test]
    public void A_check_reads_the_archive_whole_and_tells_what_is_damaged_or_missing()
    {
        var stream = new StreamJournal(92, 6_000, withHashes: true);
        var disk = new FaultyDisk();
        Write(stream, disk, HousekeptJournal.Options, _archive);
        var (_, end) = JournalFixture.ReadAll(new ArchivedJournal(disk, _archive));
        var last = end.NextSequence - 1;
        var segments = _archive.List("journal").Select(name => $"journal/{name}").ToList();
        var snapshot = $"snapshot/{_archive.List("snapshot")[0]}";

        var whole = ArchiveCheck.Run(disk, _archive, last);
        Assert.That(whole.Differences, Is.Empty);
        Assert.That(whole.LastSequence, Is.GreaterThanOrEqualTo(JournalReader.FirstSequence(disk)! - 1).And.LessThan(last));

        Assert.That(Check(new Altered(_archive, damaged: segments[1], at: 5_000)), Has.One.Contains(segments[1]));
        Assert.That(disk.Exists(segments[^1]), Is.True);
        Assert.That(Check(new Altered(_archive, damaged: segments[^1], at: 5_000)), Has.One.Contains(segments[^1]), "although the journal has it, too");
        Assert.That(Check(new Altered(_archive, damaged: snapshot, at: 5_000)), Has.One.Contains(snapshot));
        Assert.That(Check(new Altered(_archive, hidden: segments[0])), Has.One.Contains("what lies before is in neither"));
        Assert.That(Check(new Altered(_archive, hidden: segments[1])), Has.One.Contains("journal damaged"), "a gap");
        Assert.That(ArchiveCheck.Run(disk, _archive, last + 1).Differences, Has.One.Contains($"with {last + 1}"), "another journal's end");

        IReadOnlyList<string> Check(IArchive archive) => ArchiveCheck.Run(disk, archive, last).Differences;
    }

    [Test]
    public void What_stands_in_the_archive_is_never_written_over()
    {
        Put(Name, [1, 2, 3]);

        Assert.That(() => new JournalArchive(DiskWith([4, 5, 6, 7]), _archive).Archive(Name), Throws.TypeOf<InvalidDataException>());
        using var file = _archive.Open(Name);
        Assert.That(file.Length, Is.EqualTo(3));
        if (kind == "bucket")
        {
            // The emulator does not know the condition, so that it is asked for is all that can be seen here.
            Assert.That(_conditions, Is.EqualTo(new[] { "*" }), "whoever does not look writes nothing over either");
        }
    }

    [Test]
    public void An_object_is_read_in_a_small_piece_and_then_in_large_ones()
    {
        var bytes = new byte[(20 << 20) + 77];
        new Random(2).NextBytes(bytes);
        var pieces = new List<int>();
        using var file = new S3File(
            (offset, length, into) =>
            {
                pieces.Add(length);
                bytes.AsSpan((int)offset, length).CopyTo(into);
                return length;
            },
            bytes.Length);

        Assert.That(FileWalk.DigestOf(file), Is.EqualTo(FileWalk.DigestOf(Source(bytes))));
        Assert.That(pieces, Has.Count.LessThan(5).And.Some.EqualTo(8 << 20));
        var header = new byte[100];
        Assert.That(file.Read(header, 50), Is.EqualTo(100), "back again");
        Assert.That(header.AsSpan().SequenceEqual(bytes.AsSpan(50, 100)), Is.True);
    }

    private static void Write(StreamJournal stream, FaultyDisk disk, PipelineOptions options, IArchive? archive)
    {
        using var journal = new HousekeptJournal(stream, disk, archive: archive, options: options);
        for (var written = 0; written < 5_500; written += 500)
        {
            journal.Write(500);
            journal.Look();
        }

        Assert.That(journal.Status.Problem, Is.Null);
    }

    private S3Archive NewBucket()
    {
        var bucket = LocalServices.NewName("archive");
        var client = Connect();
        client.PutBucketAsync(bucket).GetAwaiter().GetResult();
        client.BeforeRequestEvent += (_, request) =>
        {
            if (request is WebServiceRequestEventArgs { Headers: var headers } && headers.TryGetValue("If-None-Match", out var condition))
            {
                _conditions.Add(condition);
            }
        };
        return new S3Archive(() => client, bucket, "venue-1/");
    }

    private static AmazonS3Client Connect() => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonS3Config { ServiceURL = LocalServices.Shared.S3Url.ToString(), AuthenticationRegion = "us-east-1", ForcePathStyle = true });

    private static FaultyDisk DiskWith(byte[] bytes)
    {
        var disk = new FaultyDisk();
        disk.Put(Name, bytes);
        return disk;
    }

    private static IStorageFile Source(byte[] bytes) => DiskWith(bytes).Open(Name, create: false);

    private FileDigest Put(string name, byte[] bytes)
    {
        using var source = Source(bytes);
        var digest = FileWalk.DigestOf(source);
        _archive.Put(name, source, digest);
        return digest;
    }

    /// <summary>One file has a bit flipped, or is not there.</summary>
    private sealed class Altered(IArchive archive, string damaged = "", int at = 0, string hidden = "") : IArchive
    {
        public IReadOnlyList<string> List(string folder) => [.. archive.List(folder).Where(name => $"{folder}/{name}" != hidden)];

        public FileDigest? Find(string name) => name == hidden ? null : archive.Find(name);

        public void Put(string name, IStorageFile source, FileDigest digest) => throw new NotSupportedException();

        public IStorageFile Open(string name)
        {
            var file = archive.Open(name);
            if (name != damaged)
            {
                return file;
            }

            using (file)
            {
                var bytes = new byte[file.Length];
                for (var read = 0; read < bytes.Length;)
                {
                    read += file.Read(bytes.AsSpan(read), read);
                }

                bytes[at] ^= 1;
                return Source(bytes);
            }
        }
    }

    /// <summary>Not disposed by the module: the test goes on with it.</summary>
    private sealed class Borrowed(IArchive archive) : IArchive
    {
        public IReadOnlyList<string> List(string folder) => archive.List(folder);

        public FileDigest? Find(string name) => archive.Find(name);

        public void Put(string name, IStorageFile source, FileDigest digest) => archive.Put(name, source, digest);

        public IStorageFile Open(string name) => archive.Open(name);
    }
}
