using System.Globalization;
using Exchange.Benchmarks.Replay;

namespace Exchange.Benchmarks;

/// <summary>
/// `replay`: recorded order flow through the core, or through a running sandbox's HTTP API, every fill and every best price compared with
/// the recording.
/// </summary>
internal static class ReplayCommand
{
    private const int ShownMismatches = 10;

    public static BenchmarkCommand Command { get; } = new(
        "replay",
        "FILE...|DIR... [--url URL]",
        [
            "Runs recorded order flow (or every *.csv of a directory) through the core, a fresh engine per file, and compares",
            "the fills of every TAKE and best bid and ask after every command with the recording.",
            "--url URL    through the HTTP API of the sandbox that listens there, a fresh market per file",
        ],
        RunAsync);

    private static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var list = new ArgumentList(arguments, "--url");
        var url = ReadUrl(list.Text("--url"));
        var files = FindFiles(list.Values);
        output.WriteLine(FormattableString.Invariant($"{"file",-32} {"commands",9} {"takes",7} {"fills checked",14} {"mismatches",11}"));
        var allEqual = true;
        foreach (var file in files)
        {
            FlowReport report;
            try
            {
                var rows = FlowReader.ReadFile(file);
                report = await (url is null ? RunOnEngineAsync(rows) : RunOverHttpAsync(rows, url)).ConfigureAwait(false);
            }
            catch (FlowFormatException malformed)
            {
                error.WriteLine(malformed.Message);
                allEqual = false;
                continue;
            }

            allEqual &= report.IsOk;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(file),-32} {report.Commands,9} {report.Takes,7} {report.FillsChecked,14} {report.MismatchCount,11}  {(report.IsOk ? "OK" : "MISMATCH")}"));
            foreach (var mismatch in report.Mismatches.Take(ShownMismatches))
            {
                error.WriteLine($"  {Path.GetFileName(file)}: {mismatch}");
            }
        }

        return allEqual ? ExitCode.Success : ExitCode.Mismatch;
    }

    private static async Task<FlowReport> RunOnEngineAsync(IReadOnlyList<FlowRow> rows)
    {
        using var target = new EngineFlowTarget();
        var report = await FlowDriver.RunAsync(rows, target).ConfigureAwait(false);
        if (target.FindInconsistency() is { } fault)
        {
            report.AddMismatch($"after the last command: {fault}");
        }

        return report;
    }

    private static async Task<FlowReport> RunOverHttpAsync(IReadOnlyList<FlowRow> rows, string url)
    {
        using var target = await HttpFlowTarget.CreateAsync(url).ConfigureAwait(false);
        return await FlowDriver.RunAsync(rows, target).ConfigureAwait(false);
    }

    private static string? ReadUrl(string? text) =>
        text is null || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            ? text
            : throw new UsageException($"--url {text}: write for example http://127.0.0.1:8080");

    private static List<string> FindFiles(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            throw new UsageException("name at least one file or directory");
        }

        List<string> files = [];
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                var found = Directory.GetFiles(path, "*.csv");
                if (found.Length == 0)
                {
                    throw new UsageException($"'{path}' holds no *.csv file");
                }

                Array.Sort(found, StringComparer.Ordinal);
                files.AddRange(found);
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                throw new UsageException($"'{path}' does not exist");
            }
        }

        return files;
    }
}
