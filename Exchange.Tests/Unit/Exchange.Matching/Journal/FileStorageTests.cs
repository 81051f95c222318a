using System.Diagnostics;
using System.Runtime.Versioning;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Journal;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class FileStorageTests
{
    private const string FailMarkerVariable = "EXCHANGE_TEST_FAIL_FDATASYNC";

    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("exchange-journal-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCase(JournalSyncMethod.Fdatasync)]
    [TestCase(JournalSyncMethod.DirectDsync)]
    public void A_journal_comes_back_from_real_files(JournalSyncMethod method)
    {
        var storage = new FileStorage(_directory, method, TestContext.Out.WriteLine);
        var options = JournalFixture.Options with { PrepareInBackground = true };
        var written = new List<byte[]>();
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            using var appender = JournalFixture.Open(storage, options, epoch);
            for (var group = 0; group < 20; group++)
            {
                written.AddRange(JournalFixture.Commit(appender, 100 + group, 40_000));
            }
        }

        var (records, end) = JournalFixture.ReadAll(storage);

        Assert.That(JournalFixture.Same(records, written), Is.True);
        Assert.That(end.SegmentNumber, Is.EqualTo(3));
    }

    [Test]
    public void A_journal_may_change_its_sync_method()
    {
        var written = new List<byte[]>();
        foreach (var method in new[] { JournalSyncMethod.DirectDsync, JournalSyncMethod.Fdatasync, JournalSyncMethod.DirectDsync })
        {
            using var appender = JournalFixture.Open(new FileStorage(_directory, method, TestContext.Out.WriteLine));
            written.AddRange(JournalFixture.Commit(appender, 100, 5000));
        }

        var records = JournalFixture.ReadAll(new FileStorage(_directory, JournalSyncMethod.Fdatasync, TestContext.Out.WriteLine)).Records;

        Assert.That(JournalFixture.Same(records, written), Is.True);
    }

    [Test]
    public void Files_are_0600_and_folders_0700()
    {
        var root = Path.Combine(_directory, "a", "data");
        var storage = new FileStorage(root, JournalSyncMethod.Fdatasync, _ => { });
        using (var appender = JournalFixture.Open(storage))
        using (DirectoryLock.Acquire(root, SystemClock.Instance))
        {
            JournalFixture.Commit(appender, 100);
        }

        const UnixFileMode fileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var files = Directory.GetFiles(root, "*", SearchOption.AllDirectories);
        Assert.That(files.Select(file => Path.GetRelativePath(root, file)), Is.EquivalentTo(new[] { "lock", JournalFixture.FirstSegment, "journal/next.tmp" }));
        Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(fileMode));
        string[] folders = [Path.Combine(_directory, "a"), root, Path.Combine(root, "journal")];
        Assert.That(folders.Select(File.GetUnixFileMode), Is.All.EqualTo(fileMode | UnixFileMode.UserExecute));
    }

    [Test]
    public void Errors_carry_the_errno()
    {
        var storage = new FileStorage(_directory, JournalSyncMethod.Fdatasync, _ => { });
        storage.Open("there", create: true).Dispose();

        Fails(() => storage.Open("missing", create: false), LibC.NotFound);
        Fails(() => storage.Open("there", create: true), LibC.AlreadyExists);
        Fails(() => storage.Delete("missing"), LibC.NotFound);
        Fails(() => storage.Rename("missing", "other"), LibC.NotFound);
        Fails(() => storage.SyncFolder("missing"), LibC.NotFound);
        Assert.That(storage.Exists("there"), Is.True);
        Assert.That(storage.Exists("missing"), Is.False);
        Assert.That(storage.List("missing"), Is.Empty);

        static void Fails(Action call, int errno) => Assert.That(call, Throws.TypeOf<StorageException>().With.Property("Errno").EqualTo(errno));
    }

    [Test]
    public void A_second_holder_of_the_directory_is_refused_with_the_owners_name()
    {
        using (DirectoryLock.Acquire(_directory, SystemClock.Instance))
        {
            var refusal = Assert.Throws<DirectoryLockedException>(() => DirectoryLock.Acquire(_directory, SystemClock.Instance));
            Assert.That(refusal!.Owner, Does.Match($"^process {Environment.ProcessId}, started \\d+ \\(seconds since 1970 UTC\\)$"));
            Assert.That(refusal.Message, Does.Contain(_directory).And.Contain(refusal.Owner));
        }

        DirectoryLock.Acquire(_directory, SystemClock.Instance).Dispose();
    }

    /// <summary>
    /// Runs itself in a second process in front of whose C library a shim stands that can let fdatasync fail: the framework's own flush would
    /// not show that.
    /// </summary>
    [Test]
    public void A_failing_fdatasync_of_the_system_is_seen_and_ends_the_appender()
    {
        if (Environment.GetEnvironmentVariable(FailMarkerVariable) is { } marker)
        {
            SeeFailingFdatasync(marker);
            return;
        }

        var shim = CompileShim();
        marker = Path.Combine(_directory, "fail");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("vstest");
        start.ArgumentList.Add(typeof(FileStorageTests).Assembly.Location);
        start.ArgumentList.Add($"--Tests:{TestContext.CurrentContext.Test.FullName}");
        start.Environment["LD_PRELOAD"] = shim;
        start.Environment[FailMarkerVariable] = marker;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.That(process.ExitCode, Is.Zero, output + errors.Result);
        Assert.That(output, Does.Match("Passed:\\s+1,"));
        Assert.That(File.Exists(marker), Is.True, "the second process did not get as far as the failing sync");
    }

    private void SeeFailingFdatasync(string marker)
    {
        using var appender = JournalFixture.Open(new FileStorage(_directory, JournalSyncMethod.Fdatasync, _ => { }));
        JournalFixture.Commit(appender, 100);
        File.WriteAllText(marker, "");
        appender.Append(JournalFixture.Record(2, 100));

        Assert.That(() => appender.Commit(), Throws.TypeOf<StorageException>().With.Property("Errno").EqualTo(LibC.InputOutputError));
        Assert.That(appender.DurableSequence, Is.EqualTo(1));
        Assert.That(() => appender.Commit(), Throws.InvalidOperationException);
    }

    private string CompileShim()
    {
        var source = Path.Combine(_directory, "shim.c");
        var library = Path.Combine(_directory, "shim.so");
        File.WriteAllText(source, $$"""
            #include <errno.h>
            #include <stdlib.h>
            #include <sys/syscall.h>
            #include <unistd.h>
            int fdatasync(int fd) {
                const char *marker = getenv("{{FailMarkerVariable}}");
                if (marker && access(marker, F_OK) == 0) { errno = EIO; return -1; }
                return syscall(SYS_fdatasync, fd);
            }
            """);
        try
        {
            using var compiler = Process.Start("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source]);
            compiler.WaitForExit();
            Assert.That(compiler.ExitCode, Is.Zero, "gcc did not compile the shim");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("SKIPPED: no gcc here, so nobody checked that a failing fdatasync of the system is seen; install gcc");
        }

        return library;
    }
}
