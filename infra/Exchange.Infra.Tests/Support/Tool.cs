using System.Diagnostics;
using NUnit.Framework;

namespace Exchange.Infra.Tests.Support;

/// <summary>Programs of the machine that tests ask for their opinion.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program to its end; skips the test, saying so, where the machine does not have it.</summary>
    public static (int Code, string Output) Run(string program, params string[] arguments)
    {
        if (!IsThere(program))
        {
            Assert.Ignore($"{program} is not on this machine");
        }

        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {Patience}");
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    public static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
