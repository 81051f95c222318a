using System.Globalization;

namespace Exchange.Tests.Support;

/// <summary>Numbers that make a test of CI a long run: environment variables, each with the value that CI takes. README.md lists them.</summary>
internal static class LongRun
{
    /// <summary>Returns the number that an environment variable sets.</summary>
    public static int Setting(string name, int normal) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : normal;

    /// <summary>Returns EXCHANGE_SEED, which repeats a run's choices, or a seed of this process's own. Tests print it.</summary>
    public static ulong Seed() =>
        ulong.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : (ulong)Environment.ProcessId * 1_000_003 % 1_000_000_007;
}
