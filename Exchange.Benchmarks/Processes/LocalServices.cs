using System.Diagnostics;
using System.Globalization;

namespace Exchange.Benchmarks.Processes;

/// <summary>
/// Real stores on this machine: `infra/local/services` in a folder of their own. What cannot be started is an
/// <see cref="InvalidOperationException"/>. Any thread; the verbs that break and mend are one caller's.
/// </summary>
internal sealed class LocalServices : IDisposable
{
    public const string Postgres = "postgres";
    public const string Redis = "redis";
    public const string DynamoDb = "dynamodb";
    public const string Kinesis = "kinesis";
    public const string Sqs = "sqs";

    private static readonly string Script = RepositoryFiles.Path("infra", "local", "services");
    private static int _names;

    private readonly string _folder;
    private readonly Dictionary<string, string> _variables;

    /// <summary>Starts the services named; all of them without names. They are ended by Dispose.</summary>
    public LocalServices(params string[] services)
        : this(NewFolder(), services)
    {
    }

    /// <summary>As above, in a folder that the caller names.</summary>
    public LocalServices(string folder, string[] services)
    {
        _folder = folder;
        try
        {
            _variables = Run(["up", folder, .. services]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.StartsWith("EXCHANGE_", StringComparison.Ordinal))
                .Select(line => line.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Npgsql's connection string of a superuser and the database `postgres`.</summary>
    public string PostgresConnection => _variables["EXCHANGE_POSTGRES"];

    /// <summary>Its data directory.</summary>
    public string PostgresData => _variables["EXCHANGE_POSTGRES_DATA"];

    /// <summary>Host and port.</summary>
    public string PostgresAddress => string.Join(':', PostgresConnection.Split(';')[..2].Select(part => part.Split('=')[1]));

    /// <summary>Host and port.</summary>
    public string RedisAddress => _variables["EXCHANGE_REDIS"];

    public Uri DynamoDbUrl => new(_variables["EXCHANGE_DYNAMODB"]);

    public Uri KinesisUrl => new(_variables["EXCHANGE_KINESIS"]);

    public Uri SqsUrl => new(_variables["EXCHANGE_SQS"]);

    public Uri S3Url => new(_variables["EXCHANGE_S3"]);

    /// <summary>Returns <see cref="PostgresConnection"/> by way of another address, host and port.</summary>
    public static string PostgresConnectionTo(string address) =>
        $"Host={address.Split(':')[0]};Port={address.Split(':')[1]};Username=postgres;Database=postgres";

    /// <summary>Returns a name that no other test has: for a database, a table's or key's prefix, a queue, a bucket. Lower case letters, digits, hyphens.</summary>
    public static string NewName(string prefix) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}");

    /// <summary>Ends a service in good order and waits for its end.</summary>
    public void Stop(string service) => Run(["stop", service, _folder]);

    /// <summary>SIGKILL to all its processes.</summary>
    public void Kill(string service) => Run(["kill", service, _folder]);

    /// <summary>Starts it again, on the same port; returns when it answers.</summary>
    public void Start(string service) => Run(["start", service, _folder]);

    /// <summary>SIGSTOP to all its processes: connections stay, and nothing answers.</summary>
    public void Hang(string service) => Run(["hang", service, _folder]);

    /// <summary>SIGCONT.</summary>
    public void Resume(string service) => Run(["resume", service, _folder]);

    public void Dispose() => Run(["down", _folder]);

    /// <summary>Where the database's own user may go: a home folder or a private temporary folder would shut it out.</summary>
    public static string NewFolder() => Path.Combine("/var/tmp", NewName("exchange-services"));

    private static string Run(string[] arguments)
    {
        // Why files: the servers that it leaves running would hold a pipe open.
        var output = Path.GetTempFileName();
        var errors = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec \"$@\" > \"$0\" 2> \"$ERRORS\" < /dev/null", output, Script, .. arguments])
            {
                Environment = { ["ERRORS"] = errors },
            })!;
            process.WaitForExit();
            return process.ExitCode == 0
                ? File.ReadAllText(output)
                : throw new InvalidOperationException(
                    $"'services {string.Join(' ', arguments)}' failed with {process.ExitCode}:\n{File.ReadAllText(errors)}{File.ReadAllText(output)}");
        }
        finally
        {
            File.Delete(output);
            File.Delete(errors);
        }
    }
}
