namespace Exchange.Benchmarks;

/// <summary>One command of the command line.</summary>
/// <param name="Usage">The arguments behind the name.</param>
/// <param name="Help">What it does and what its arguments mean, one line each.</param>
/// <param name="RunAsync">
/// Returns the exit code: <see cref="ExitCode.Success"/> only when everything was as expected. May throw <see cref="UsageException"/>.
/// </param>
internal sealed record BenchmarkCommand(
    string Name, string Usage, IReadOnlyList<string> Help, Func<string[], TextWriter, TextWriter, Task<int>> RunAsync);

internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A result differs from what is expected, or something failed.</summary>
    public const int Mismatch = 1;

    /// <summary>The arguments are wrong.</summary>
    public const int Usage = 2;
}

/// <summary>The arguments are wrong; the message says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
