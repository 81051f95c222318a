using System.Diagnostics;
using System.Text;

namespace Exchange.Benchmarks.Processes;

/// <summary>
/// A started .NET program with its collected output. Any thread may read the output; starting, waiting and disposing are one caller's.
/// What it inherits from the environment is cleaned of settings that would steer the exchange.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly string[] SteeringPrefixes =
        ["Exchange__", "ASPNETCORE_", "Logging__", "Kestrel__", "DOTNET_ENVIRONMENT", "URLS", "OTEL_"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output and standard error so far, line by line.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts `dotnet DLL ARGUMENTS`.</summary>
    /// <param name="runtimeConfiguration">Another one than that beside the dll; null for that.</param>
    /// <param name="launcher">A program, with its arguments, that becomes dotnet; null for none.</param>
    public static ChildProcess Start(
        string dll, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? runtimeConfiguration = null,
        IReadOnlyList<string>? launcher = null)
    {
        if (!File.Exists(dll))
        {
            throw new FileNotFoundException($"'{dll}' is missing: build the solution in the configuration of the tests first", dll);
        }

        string[] options = runtimeConfiguration is null ? [] : ["--runtimeconfig", runtimeConfiguration];
        string[] command = [.. launcher ?? [], DotnetPath(), "exec", .. options, dll, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(Steers).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Collect(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Collect(line.Data);
        child._process.Start();
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Completes when a line of the output contains <paramref name="text"/>.</summary>
    /// <exception cref="InvalidOperationException">The process has ended without printing it.</exception>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task WaitForOutputAsync(string text, TimeSpan timeout)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            _awaited.Add((text, seen));
        }

        // Why the exit is awaited through WaitForExitAsync: it returns only when all output has been collected.
        using var giveUp = new CancellationTokenSource(timeout);
        var first = await Task.WhenAny(seen.Task, _process.WaitForExitAsync(giveUp.Token));
        if (!seen.Task.IsCompleted)
        {
            throw first.IsCanceled
                ? new TimeoutException($"'{text}' was not printed within {timeout.TotalSeconds} s:\n{Output}")
                : new InvalidOperationException($"the process ended with {_process.ExitCode} and never printed '{text}':\n{Output}");
        }
    }

    /// <summary>Returns the exit code; all output has been collected then.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var giveUp = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"process {Id} has not ended within {timeout.TotalSeconds} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Kills what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static bool Steers(string name) =>
        SteeringPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static string DotnetPath() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : "dotnet";

    private void Collect(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Append(line).Append('\n');
            foreach (var (text, seen) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    seen.TrySetResult();
                }
            }
        }
    }
}
