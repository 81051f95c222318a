using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace Exchange.Tests.Support;

/// <summary>Libraries in C that are put in front of a host's calls (LD_PRELOAD), compiled where the tests run.</summary>
internal static class PreloadedLibrary
{
    /// <summary>Compiles a source of this folder; returns the library's path. Without gcc the test is skipped, which the summary of the run tells.</summary>
    /// <param name="source">Relative to this folder, such as `fault-shim.c`.</param>
    public static string Compile(params string[] source)
    {
        var path = RepositoryFiles.Path(["Exchange.Tests", "Support", .. source]);
        var library = Path.Combine(AppContext.BaseDirectory, Path.ChangeExtension(source[^1], ".so"));

        // Why a name of its own until it is whole: two test processes may compile at once.
        var unfinished = $"{library}.{Environment.ProcessId}";
        Process compiler;
        try
        {
            compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", unfinished, path, "-ldl"])
            {
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception missing)
        {
            Assert.Ignore($"SKIPPED: {source[^1]} needs gcc: {missing.Message}");
            throw;
        }

        using (compiler)
        {
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
            {
                throw new InvalidOperationException($"gcc failed on {path}:\n{errors}");
            }
        }

        File.Move(unfinished, library, overwrite: true);
        return library;
    }
}
