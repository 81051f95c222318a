using System.Diagnostics;
using System.Runtime.Versioning;
using Exchange.Benchmarks.Outage;
using Exchange.Host.Composition;
using Npgsql;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// PostgreSQL and Redis with passwords and nothing but encrypted connections, their certificates from an authority of the test: a host follows into both, and
/// whoever trusts another authority or has another password is refused without the password being told.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class SecureStoreTests
{
    private const string Password = "s3cret-and-long";

    private string _folder = "";
    private LocalServices _services = null!;
    private Process _redis = null!;
    private string _redisAddress = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("exchange-tls-").FullName;
        NewAuthority("ca");
        NewAuthority("other");
        _services = new LocalServices(LocalServices.Postgres);
        SecurePostgres();
        var url = new Uri(HostProcess.NewUrl());
        _redisAddress = url.Authority;
        _redis = Process.Start(new ProcessStartInfo("redis-server",
        [
            "--port", "0", "--tls-port", $"{url.Port}", "--bind", "127.0.0.1", "--requirepass", Password, "--save", "", "--appendonly", "no", "--dir", _folder,
            "--tls-cert-file", File("ca-server.pem"), "--tls-key-file", File("ca-server.key"), "--tls-ca-cert-file", File("ca.pem"), "--tls-auth-clients", "no",
        ])
        {
            RedirectStandardOutput = true,
        })!;
        while (await _redis.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
        {
        }

        Assert.That(_redis.HasExited, Is.False);
    }

    [OneTimeTearDown]
    public void End()
    {
        _redis.Kill();
        _redis.WaitForExit();
        _redis.Dispose();
        _services.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_host_follows_over_encrypted_connections_and_nobody_with_less_gets_in()
    {
        await using var host = Host(Password, "ca");
        await host.StartAsync();
        using (var flow = await OrderFlow.OpenAsync(host.Url, pairs: 1))
        {
            Assert.That(await flow.PlaceAsync(0), Is.Null);
            Assert.That(await flow.PlaceAsync(1), Is.Null);
        }

        await ReplicatorHealth.CaughtUpAsync(host, FaultyStores.Sql);
        await ReplicatorHealth.CaughtUpAsync(host, FaultyStores.Redis);
        Assert.That(EncryptedSessions(), Is.GreaterThan(0));
        host.Terminate();
        Assert.That(await host.WaitForExitAsync(), Is.Zero, host.Output);

        await AssertVerifyAsync(host, 0, "equals the journal", "equals the journal");
        await using var guessing = Host("another", "ca", host.DataDirectory);
        await AssertVerifyAsync(guessing, ExchangeService.FailureExitCode, "password authentication failed", "AuthenticationFailure");
        await using var trustingOthers = Host(Password, "other", host.DataDirectory);
        await AssertVerifyAsync(trustingOthers, ExchangeService.FailureExitCode, "SSL handshake", "AuthenticationFailure");
    }

    private static async Task AssertVerifyAsync(HostProcess host, int exitCode, string ofSql, string ofRedis)
    {
        foreach (var (store, text) in new[] { (FaultyStores.Sql, ofSql), (FaultyStores.Redis, ofRedis) })
        {
            var (code, output) = await host.RunVerbAsync("verify", store);
            Assert.That((code, output), Is.EqualTo((exitCode, output)));
            Assert.That(output, Does.Contain(text).And.Not.Contain(Password).And.Not.Contain("another"));
        }
    }

    private HostProcess Host(string password, string authority, string? dataDirectory = null)
    {
        var host = new HostProcess(dataDirectory);
        var address = _services.PostgresAddress.Split(':');
        host.Settings["Exchange__Replication__Sql__Provider"] = "postgres";
        host.Settings["Exchange__Replication__Sql__ConnectionString"] =
            $"Host={address[0]};Port={address[1]};Database=postgres;Username=venue;Password={password};SSL Mode=VerifyFull;Root Certificate={File($"{authority}.pem")}";
        host.Settings["Exchange__Replication__Redis__ConnectionString"] = $"{_redisAddress},password={password}";
        host.Settings["Exchange__Replication__Redis__Tls"] = "true";
        host.Settings["Exchange__Replication__Redis__TimeoutMs"] = "2000";

        // The system's authorities, which Redis' client goes by.
        host.Settings["SSL_CERT_FILE"] = File($"{authority}.pem");
        return host;
    }

    private void SecurePostgres()
    {
        foreach (var kind in (string[])["pem", "key"])
        {
            var file = Path.Combine(_services.PostgresData, $"server.{kind}");
            System.IO.File.Copy(File($"ca-server.{kind}"), file);
            System.IO.File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Run("chown", $"--reference={_services.PostgresData}", file);
        }

        // In front: the first line that fits decides.
        var rules = Path.Combine(_services.PostgresData, "pg_hba.conf");
        System.IO.File.WriteAllText(rules, "hostssl all venue 127.0.0.1/32 scram-sha-256\nhost all venue all reject\n" + System.IO.File.ReadAllText(rules));
        using var admin = new NpgsqlConnection(_services.PostgresConnection);
        admin.Open();
        foreach (var statement in (string[])
            [
                $"CREATE ROLE venue LOGIN PASSWORD '{Password}'", "GRANT CREATE ON DATABASE postgres TO venue", "ALTER SYSTEM SET ssl = on",
                "ALTER SYSTEM SET ssl_cert_file = 'server.pem'", "ALTER SYSTEM SET ssl_key_file = 'server.key'", "SELECT pg_reload_conf()",
            ])
        {
            using var command = new NpgsqlCommand(statement, admin);
            command.ExecuteNonQuery();
        }
    }

    private long EncryptedSessions()
    {
        using var admin = new NpgsqlConnection(_services.PostgresConnection);
        admin.Open();
        using var command = new NpgsqlCommand(
            "SELECT COUNT(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'venue' AND ssl", admin);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>NAME.pem, and NAME-server.pem and .key, signed by it, for 127.0.0.1.</summary>
    private void NewAuthority(string name)
    {
        Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", $"/CN={name}", "-keyout", File($"{name}.key"), "-out", File($"{name}.pem"));
        Run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=store", "-keyout", File($"{name}-server.key"), "-out", File("request.csr"));
        System.IO.File.WriteAllText(File("names.txt"), "subjectAltName=IP:127.0.0.1\n");
        Run("openssl", "x509", "-req", "-in", File("request.csr"), "-CA", File($"{name}.pem"), "-CAkey", File($"{name}.key"), "-CAcreateserial", "-days", "2", "-extfile", File("names.txt"), "-out", File($"{name}-server.pem"));
    }

    private string File(string name) => Path.Combine(_folder, name);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }
}
