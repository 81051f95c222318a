using System.Diagnostics;
using System.Runtime.Versioning;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// The replicator's own thread and a real PostgreSQL that is locked, full, slow, hung, stopped, killed: it tells so, holds what it held, and is whole
/// again behind the end of it. A server of its own, so that no other test shares the outage.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PostgresOutageTests
{
    private static readonly FollowingOptions Following = new() { PollIntervalMs = 1, BackOffMs = 1, BackOffMaxMs = 100, BatchUnits = 300 };

    private LocalServices _services = null!;
    private FaultyDisk _journal = null!;
    private long _end;
    private long _replicable;

    [OneTimeSetUp]
    public void Start()
    {
        _services = new LocalServices(LocalServices.Postgres);
        var stream = new StreamJournal(78, 800, withHashes: false);
        _journal = stream.ToDisk(seed: 1);
        _end = stream.Records.Count;
    }

    [OneTimeTearDown]
    public void End() => _services.Dispose();

    [SetUp]
    public void Half() => _replicable = _end / 2;

    [TestCase("LOCK TABLE ledger_entries IN ACCESS EXCLUSIVE MODE", TestName = "A_locked_table")]
    [TestCase("SELECT * FROM replicator_position FOR UPDATE", TestName = "A_row_that_a_forgotten_transaction_holds")]
    public void What_is_locked_is_tried_again_until_it_is_free(string statement)
    {
        using var store = HistoryStore.OnPostgres(_services.PostgresConnection);
        using var thread = StartHalf(store);
        using (var other = store.Database.NewReader())
        {
            other.Open();
            using var transaction = other.BeginTransaction();
            using var command = other.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();

            // Not the thread's own: it tells a position a moment after the server has it.
            command.CommandText = "SELECT sequence FROM replicator_position WHERE id = 1";
            var held = (long)command.ExecuteScalar()!;
            Release();

            Await(() => thread.Status.State == ReplicatorState.BackingOff);

            Assert.That(thread.Status.LastError, Does.Contain("lock timeout"));
            Assert.That(thread.Position, Is.EqualTo(held));
        }

        AssertWhole(store, thread);
    }

    [TestCase("stop")]
    [TestCase("kill")]
    public void A_server_that_is_gone_is_found_again(string end)
    {
        using var store = HistoryStore.OnPostgres(_services.PostgresConnection);
        using var thread = StartHalf(store);
        if (end == "kill")
        {
            _services.Kill(LocalServices.Postgres);
        }
        else
        {
            _services.Stop(LocalServices.Postgres);
        }

        try
        {
            Release();
            Await(() => thread.Status.State == ReplicatorState.BackingOff);
            Assert.That(thread.Status.LagSequences, Is.GreaterThan(0));
        }
        finally
        {
            _services.Start(LocalServices.Postgres);
        }

        AssertWhole(store, thread);
    }

    [Test]
    public void A_server_that_hangs_is_given_up_and_found_again()
    {
        using var store = HistoryStore.OnPostgres(_services.PostgresConnection);
        using var thread = StartHalf(store);
        _services.Hang(LocalServices.Postgres);
        try
        {
            Release();
            Await(() => thread.Status.State == ReplicatorState.BackingOff);
        }
        finally
        {
            _services.Resume(LocalServices.Postgres);
        }

        AssertWhole(store, thread);
    }

    [Test]
    public void A_slow_server_lags_and_catches_up()
    {
        using var store = HistoryStore.OnPostgres(_services.PostgresConnection);
        using var thread = StartHalf(store);
        Execute(store, """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END';
            CREATE TRIGGER slow AFTER INSERT ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION slow();
            """);
        Release();

        Await(() => thread.Status.LagUs > 250_000);

        Assert.That(thread.Status.State, Is.EqualTo(ReplicatorState.Following));
        Execute(store, "DROP TRIGGER slow ON ledger_entries; DROP FUNCTION slow()");
        AssertWhole(store, thread);
    }

    [Test]
    public void A_full_disk_is_tried_again_until_there_is_room()
    {
        using var disk = new SmallFileSystem(kibibytes: 24 << 10);
        var space = LocalServices.NewName("small").Replace('-', '_');
        using (var setup = Process.Start("chown", ["postgres", disk.Root]))
        {
            setup.WaitForExit();
        }

        // The database's own user passes through the folder that the file system is mounted on.
        File.SetUnixFileMode(disk.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var admin = new NpgsqlConnection(_services.PostgresConnection);
        admin.Open();
        Execute(admin, $"CREATE TABLESPACE {space} LOCATION '{disk.Root}'");
        Execute(admin, $"CREATE DATABASE {space} TABLESPACE {space}");
        var connection = new NpgsqlConnectionStringBuilder(_services.PostgresConnection) { Database = space }.ConnectionString;
        try
        {
            using var store = HistoryStore.OnPostgres(connection);
            using var thread = StartHalf(store);
            disk.FillUpTo(bytesLeft: 0);
            Release();
            Await(() => thread.Status.State == ReplicatorState.BackingOff);
            Assert.That(thread.Status.LastError, Does.Contain("No space left on device"));

            disk.Empty();

            AssertWhole(store, thread);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            Execute(admin, $"DROP DATABASE {space} WITH (FORCE)");
            Execute(admin, $"DROP TABLESPACE {space}");
        }
    }

    private static void Execute(HistoryStore store, string sql)
    {
        using var connection = (NpgsqlConnection)store.Database.NewReader();
        connection.Open();
        Execute(connection, sql);
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static void Await(Func<bool> condition) => Assert.That(SpinWait.SpinUntil(condition, HostProcess.Patience), Is.True, "it did not come to that");

    /// <summary>Returns a replicator that has followed half of the journal and waits for the rest.</summary>
    private ReplicatorThread StartHalf(HistoryStore store)
    {
        var thread = new ReplicatorThread(store.NewReplicator(), _journal, () => Volatile.Read(ref _replicable), Following, NullLogger.Instance);
        thread.Start();
        Await(() => thread.Position > 0 && thread.Status.State == ReplicatorState.Following && thread.Status.LagSequences < 100);
        return thread;
    }

    private void Release() => Volatile.Write(ref _replicable, _end);

    private void AssertWhole(HistoryStore store, ReplicatorThread thread)
    {
        Await(() => thread.Position == _end);
        Assert.That(thread.Status.LastError, Is.Null);
        using var expected = HistoryStore.OnPostgres(store.Address.Split('|')[0]).Follow(_journal, _end);
        Assert.That(store.DifferencesFrom(expected), Is.Empty);
    }
}
