using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;

namespace Exchange.Tests.Support;

/// <summary>Commands as a person types them.</summary>
internal static class Shell
{
    /// <summary>Returns the indented lines of the README's section.</summary>
    public static string[] ReadmeCommands(string heading) =>
        [.. File.ReadAllLines(RepositoryFiles.Path("README.md"))
            .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal))];

    /// <summary>Runs lines in a shell; returns the JSON values that they print, one a line.</summary>
    public static async Task<JsonElement[]> RunAsync(string script, string folder = "")
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"set -e\ncommand -v curl openssl >/dev/null || exit 127\n{script}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        if (shell.ExitCode == 127)
        {
            Assert.Ignore("curl or openssl is not installed");
        }

        Assert.That(shell.ExitCode, Is.Zero, $"{script}\n{output}\n{await errors}");
        return
        [
            .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
        ];
    }
}
