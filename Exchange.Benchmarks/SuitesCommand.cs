using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Exchange.Benchmarks.Suites;

namespace Exchange.Benchmarks;

/// <summary>`suites`: the parts one by one, by BenchmarkDotNet, with what each allocates.</summary>
internal static class SuitesCommand
{
    private const string FilterOption = "--filter";
    private const string RoundsOption = "--rounds";
    private const string DirectoryOption = "--directory";

    /// <summary>All suites, in the order of an order's way.</summary>
    public static IReadOnlyList<Type> Suites { get; } = [typeof(RequestSuite), typeof(RingSuite), typeof(BookSuite), typeof(JournalSuite), typeof(AnswerSuite)];

    public static BenchmarkCommand Command { get; } = new(
        "suites",
        $"[{FilterOption} TEXT] [{RoundsOption} N] [{DirectoryOption} DIR]",
        [
            "Request parsing and signature, rings against System.Threading.Channels, book operations, journal encoding, answers: time and bytes",
            "allocated per operation, by BenchmarkDotNet, in this process.",
            $"{FilterOption} TEXT    only benchmarks whose suite and name contain TEXT, for example Ring or BookSuite.Move",
            $"{RoundsOption} N       measured rounds of each, default 5",
            $"{DirectoryOption} DIR  reports (Markdown, JSON) go there; default ./artifacts",
        ],
        (arguments, output, error) => Task.FromResult(Run(arguments, output)));

    private static int Run(string[] arguments, TextWriter output)
    {
        var list = new ArgumentList(arguments, FilterOption, RoundsOption, DirectoryOption);
        var rounds = list.Number(RoundsOption, 5, least: 1, most: 100);
        var filter = list.Text(FilterOption) ?? "";
        var directory = Path.GetFullPath(list.Text(DirectoryOption) ?? "artifacts");
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(rounds))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(JsonExporter.FullCompressed, BenchmarkDotNet.Exporters.MarkdownExporter.GitHub)
            .AddLogger(new TextLogger(output))
            .WithArtifactsPath(directory)
            .WithOption(ConfigOptions.JoinSummary, true)
            .WithOption(ConfigOptions.DisableLogFile, true);
        if (filter.Length > 0)
        {
            config.AddFilter(new BenchmarkDotNet.Filters.SimpleFilter(
                benchmark => $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}".Contains(filter, StringComparison.OrdinalIgnoreCase)));
        }

        var summaries = BenchmarkRunner.Run([.. Suites], config);
        var isWhole = summaries.Length > 0 && summaries.All(summary =>
            !summary.HasCriticalValidationErrors && summary.Reports.Length > 0 && summary.Reports.All(report => report.Success));
        return isWhole ? ExitCode.Success : ExitCode.Mismatch;
    }

    /// <summary>What BenchmarkDotNet has to say, without its colours.</summary>
    private sealed class TextLogger(TextWriter output) : ILogger
    {
        public string Id => nameof(TextLogger);

        public int Priority => 0;

        public void Write(LogKind logKind, string text) => output.Write(text);

        public void WriteLine() => output.WriteLine();

        public void WriteLine(LogKind logKind, string text) => output.WriteLine(text);

        public void Flush() => output.Flush();
    }
}
