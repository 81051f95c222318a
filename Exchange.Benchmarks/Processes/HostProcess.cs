using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Exchange.Benchmarks.Processes;

/// <summary>
/// The exchange as a process of its own, as it is shipped: the host's own build of this program's configuration, on a free loopback port and in
/// a temporary data directory that goes when this object is disposed. It can be started again on the same port and directory after it has
/// ended in whatever way. One caller at a time.
/// </summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    /// <summary>What a busy machine may need for one step; a healthy one needs a fraction.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>A verb reads the whole journal and writes a store.</summary>
    private static readonly TimeSpan VerbPatience = TimeSpan.FromMinutes(30);

    // Below the ports that the system gives to outgoing connections, so that none of those takes it between two starts.
    private const int FirstPort = 20_000;
    private const int LastPort = 32_000;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static int _lastTriedPort = FirstPort + (Environment.ProcessId * 97 % (LastPort - FirstPort));

    private readonly bool _ownsDirectory;
    private ChildProcess? _process;

    /// <param name="dataDirectory">An existing host's directory, to be left alone at the end; null for a temporary one.</param>
    public HostProcess(string? dataDirectory = null)
    {
        _ownsDirectory = dataDirectory is null;
        DataDirectory = dataDirectory ?? Directory.CreateTempSubdirectory("exchange-e2e-").FullName;
        Url = NewUrl();
    }

    public string DataDirectory { get; }

    /// <summary>What the host listens on; change it before a start.</summary>
    public string Url { get; set; }

    /// <summary>The host's program; the build of this program's configuration unless changed before a start.</summary>
    public string Dll { get; set; } = HostDll;

    /// <summary>A program, with its arguments, that starts the host's in its own process, such as one that gives up rights; none by default.</summary>
    public IReadOnlyList<string> Launcher { get; set; } = [];

    /// <summary>Environment variables on top of those that every start gets.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    public int Id => Running.Id;

    public bool HasExited => Running.HasExited;

    /// <summary>What the host of the last start has printed.</summary>
    public string Output => Running.Output;

    private Dictionary<string, string> Variables
    {
        get
        {
            var environment = new Dictionary<string, string>(Settings);
            environment.TryAdd("Exchange__DataDirectory", DataDirectory);
            return environment;
        }
    }

    private ChildProcess Running => _process ?? throw new InvalidOperationException("the host was not started");

    /// <summary>Returns an address on a loopback port that is free now.</summary>
    public static string NewUrl() => $"http://127.0.0.1:{FreePort()}";

    /// <summary>The host's own build of this program's configuration.</summary>
    public static string HostDll
    {
        get
        {
            // …/PROJECT/bin/CONFIGURATION/FRAMEWORK/
            var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return RepositoryFiles.Path("Exchange.Host", "bin", framework.Parent!.Name, framework.Name, "Exchange.Host.dll");
        }
    }

    /// <summary>Starts the host without waiting for anything.</summary>
    public async Task StartWithoutWaitingAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        var environment = Variables;

        // Small: every start prepares it anew, and tests start many hosts.
        environment.TryAdd("Exchange__Engine__JournalReserveBytes", "1048576");

        // Books that only the caller touches, unless it says otherwise.
        environment.TryAdd("Exchange__Sandbox__MarketMakers", "false");
        _process = ChildProcess.Start(Dll, ["--urls", Url], environment, launcher: Launcher);
    }

    /// <summary>Runs the host's program with a verb, on this directory and with these settings; returns its exit code and what it printed.</summary>
    public async Task<(int ExitCode, string Output)> RunVerbAsync(params string[] words)
    {
        var process = ChildProcess.Start(Dll, words, Variables);
        await using (process.ConfigureAwait(false))
        {
            return (await process.WaitForExitAsync(VerbPatience).ConfigureAwait(false), process.Output);
        }
    }

    /// <summary>Starts the host and returns when it takes orders.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds its output.</exception>
    /// <exception cref="TimeoutException">It was not ready within <see cref="Patience"/>.</exception>
    public async Task StartAsync()
    {
        await StartWithoutWaitingAsync();
        await WaitForHealthAsync("ready", HttpStatusCode.OK);
    }

    /// <summary>Starts a host that must not come up; returns its exit code.</summary>
    public async Task<int> StartInVainAsync()
    {
        await StartWithoutWaitingAsync();
        return await WaitForExitAsync();
    }

    /// <summary>Polls `/health/NAME` until it answers with a status, and a body that contains a text.</summary>
    /// <returns>The answer's body.</returns>
    public async Task<string> WaitForHealthAsync(string name, HttpStatusCode status, string text = "")
    {
        using var giveUp = new CancellationTokenSource(Patience);
        using var client = new HttpClient();
        var last = "no answer";
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync($"{Url}/health/{name}", giveUp.Token);
                var body = await answer.Content.ReadAsStringAsync(giveUp.Token);
                if (answer.StatusCode == status && body.Contains(text, StringComparison.Ordinal))
                {
                    return body;
                }

                last = $"{answer.StatusCode} {body}";
            }
            catch (HttpRequestException refused)
            {
                last = refused.Message;
            }
            catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
            {
                throw new TimeoutException($"/health/{name} did not answer {status} within {Patience.TotalSeconds} s, last: {last}\n{Output}");
            }

            if (Running.HasExited)
            {
                var code = await WaitForExitAsync();
                throw new InvalidOperationException($"the host ended with {code} before /health/{name} answered {status}:\n{Output}");
            }

            await Task.Delay(PollInterval, CancellationToken.None);
        }
    }

    /// <summary>Ends the host at once (SIGKILL) and returns when it is gone.</summary>
    public async Task KillAsync()
    {
        NativeCalls.Kill(Id);
        await WaitForExitAsync();
    }

    /// <summary>Asks the host to end (SIGTERM); see <see cref="WaitForExitAsync"/>.</summary>
    public void Terminate() => NativeCalls.Terminate(Id);

    /// <summary>Returns the exit code.</summary>
    public Task<int> WaitForExitAsync() => Running.WaitForExitAsync(Patience);

    /// <summary>Completes when a line of the host's output contains the text.</summary>
    public Task WaitForOutputAsync(string text) => Running.WaitForOutputAsync(text, Patience);

    /// <summary>Returns what the last start's log says of its recovery: the last sequence, and how long it took.</summary>
    /// <exception cref="InvalidOperationException">The log does not tell.</exception>
    public async Task<(long Sequence, int Milliseconds)> RecoveryAsync()
    {
        // The log is written behind the answer to the health check.
        await WaitForOutputAsync("Recovered to sequence ");
        var match = RecoveryLine().Match(Output);
        return match.Success
            ? (long.Parse(match.Groups[1].ValueSpan), int.Parse(match.Groups[2].ValueSpan))
            : throw new InvalidOperationException($"the log has no line of the form '{RecoveryLine()}':\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (_ownsDirectory)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private static int FreePort()
    {
        for (var tries = 0; tries < LastPort - FirstPort; tries++)
        {
            var port = Interlocked.Increment(ref _lastTriedPort);
            port = FirstPort + (port % (LastPort - FirstPort));
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException($"no free loopback port from {FirstPort} to {LastPort}");
    }

    [GeneratedRegex(@"Recovered to sequence (\d+) in (\d+) ms")]
    private static partial Regex RecoveryLine();
}
