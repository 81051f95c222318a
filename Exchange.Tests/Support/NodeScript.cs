using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace Exchange.Tests.Support;

/// <summary>Runs a script of `Exchange.Tests/Clients` with Node.js.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static string Folder { get; } = RepositoryFiles.Path("Exchange.Tests", "Clients");

    /// <summary>
    /// Runs the script to its end; a missing Node.js or missing packages fail the test with what to do.
    /// </summary>
    /// <returns>The exit code, and what it printed.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string script, params string[] arguments)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "ccxt")))
        {
            Assert.Fail("the client packages are missing: run `npm ci --prefix Exchange.Tests/Clients`, as .ci/test does");
        }

        var start = new ProcessStartInfo("node", [Path.Combine(Folder, script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The exchange is on loopback; no proxy of the machine has a part in it.
        foreach (var name in start.Environment.Keys.Where(name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            Assert.Fail($"Node.js 20 or later is missing ({missing.Message}): install it and put 'node' on the PATH");
        }

        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using var giveUp = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} did not end within {Patience.TotalSeconds} s:\n{await output}\n{await errors}");
        }

        return (process.ExitCode, await output, await errors);
    }
}
