using System.Globalization;
using System.Text.Json;
using Exchange.Benchmarks.Core;
using Exchange.Benchmarks.Workloads;

namespace Exchange.Benchmarks;

/// <summary>`core`: the whole engine step on the five exact workloads, with the floors of the same run.</summary>
internal static class CoreCommand
{
    private const string WorkloadOption = "--workload";
    private const string RunsOption = "--runs";
    private const string JsonOption = "--json";
    private const string BaselineOption = "--baseline";
    private const string SaveBaselineOption = "--save-baseline";
    private const string GrowthFlag = "--growth";
    private const string AllWorkloads = "all";
    private const int DefaultRuns = 5;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static BenchmarkCommand Command { get; } = new(
        "core",
        $"[{GrowthFlag}] [{WorkloadOption} W1..W5|{AllWorkloads}] [{RunsOption} N] [{JsonOption} FILE] [{BaselineOption} FILE] [{SaveBaselineOption} FILE]",
        [
            "Generates the workloads W1 to W5 bit-exactly and drives each through a fresh engine: command ring, risk, book, ledger, event ring.",
            "Checks every trade; prints thread CPU ns and allocated bytes per command, and the floors of the same run.",
            $"{WorkloadOption} W  W1, W2, W3, W4, W5 or {AllWorkloads} (default)",
            $"{RunsOption} N      passes of each workload, interleaved, 1 to 1000, default {DefaultRuns}; medians are printed",
            $"{JsonOption} FILE   writes all figures there too",
            $"{BaselineOption} FILE  compares with the multiples kept there (Exchange.Benchmarks/Baselines/core.json) and marks what lies beyond noise",
            $"{SaveBaselineOption} FILE  keeps this run's multiples there",
            $"{GrowthFlag}       instead: cost and memory from 1,000 to 1,000,000 orders, 1 to 10,000 symbols, and over sparse prices",
        ],
        (arguments, output, error) => Task.FromResult(Run(arguments, output, error)));

    private static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var isGrowth = arguments.Contains(GrowthFlag);
        var list = new ArgumentList(
            [.. arguments.Where(argument => argument != GrowthFlag)], WorkloadOption, RunsOption, JsonOption, BaselineOption, SaveBaselineOption);
        if (list.Values.Count > 0)
        {
            throw new UsageException($"unexpected '{list.Values[0]}'");
        }

        var runs = list.Number(RunsOption, DefaultRuns, least: 1, most: 1_000);
        if (isGrowth)
        {
            return RunGrowth(list, runs, output, error);
        }

        var workloads = Generate(list.Text(WorkloadOption) ?? AllWorkloads, error);
        if (workloads is null)
        {
            return ExitCode.Mismatch;
        }

        var results = CoreRuns.Measure(workloads, runs, error);
        CoreTable.Write(results, output);
        if (list.Text(JsonOption) is { } file)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(new { Workloads = results }, Json));
        }

        if (list.Text(SaveBaselineOption) is { } saved)
        {
            Baseline.Of(results).Save(saved);
        }

        var isWithin = list.Text(BaselineOption) is not { } baseline || Baseline.Read(baseline).Compare(results, output);
        return isWithin && results.All(result => result.HashMatches) ? ExitCode.Success : ExitCode.Mismatch;
    }

    private static int RunGrowth(ArgumentList list, int runs, TextWriter output, TextWriter error)
    {
        var rows = Growth.Measure(runs, error);
        CoreTable.Write(rows, output);
        if (list.Text(JsonOption) is { } file)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(new { Growth = rows }, Json));
        }

        return rows.All(row => row.Mismatch is null) ? ExitCode.Success : ExitCode.Mismatch;
    }

    private static List<Workload>? Generate(string name, TextWriter error)
    {
        var definitions = WorkloadDefinition.All.Where(definition => name == AllWorkloads || definition.Name == name).ToList();
        if (definitions.Count == 0)
        {
            throw new UsageException($"{WorkloadOption} {name}: use W1, W2, W3, W4, W5 or {AllWorkloads}");
        }

        List<Workload> workloads = [];
        foreach (var definition in definitions)
        {
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"generating {definition.Name}: {definition.Description}"));
            var workload = Workload.Generate(definition);
            if (workload.FindMismatch() is { } mismatch)
            {
                error.WriteLine(mismatch);
                return null;
            }

            workloads.Add(workload);
        }

        return workloads;
    }
}
