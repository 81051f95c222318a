using System.Text.Json;

namespace Exchange.Benchmarks.Outage;

/// <summary>`replicate --outage`: what orders notice of a store that is away.</summary>
internal static class OutageCommand
{
    public const string Flag = "--outage";

    private const string RateOption = "--rate";
    private const string SecondsOption = "--seconds";
    private const string RoundsOption = "--rounds";
    private const string FaultsOption = "--faults";
    private const string SlowOption = "--slow-ms";
    private const string JsonOption = "--json";
    private const int DefaultRate = 200;
    private const int DefaultSeconds = 10;
    private const int DefaultRounds = 3;
    private const int DefaultSlowMs = 2_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Usage { get; } =
        $"{Flag} [STORE...] [{RateOption} N] [{SecondsOption} N] [{RoundsOption} N] [{FaultsOption} FAULT,...] [{SlowOption} N] [{JsonOption} FILE]";

    public static IEnumerable<string> Help { get; } =
    [
        $"{Flag}         a host of its own process, orders at a fixed rate, and its stores ({string.Join(", ", FaultyStores.All)}; default all), real processes, away in turn",
        $"{RateOption} N         orders per second, 1 to 10000, default {DefaultRate}",
        $"{SecondsOption} N      length of each phase, 1 to 3600, default {DefaultSeconds}",
        $"{RoundsOption} N       of every fault, 1 to 100, default {DefaultRounds}",
        $"{FaultsOption} F,...   of {string.Join(", ", FaultyStores.AllFaults)} (that of redis alone), default all",
        $"{SlowOption} N      what a slow store adds to each piece of data, either way, 1 to 60000, default {DefaultSlowMs}",
        $"{JsonOption} FILE      writes all figures there too",
    ];

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var list = new ArgumentList(arguments, RateOption, SecondsOption, RoundsOption, FaultsOption, SlowOption, JsonOption);
        var settings = new OutageSettings(
            Known(list.Values, FaultyStores.All, "store"),
            Known(list.Text(FaultsOption)?.Split(',') ?? [], FaultyStores.AllFaults, "fault"),
            list.Number(RateOption, DefaultRate, least: 1, most: 10_000),
            list.Number(SecondsOption, DefaultSeconds, least: 1, most: 3_600),
            list.Number(RoundsOption, DefaultRounds, least: 1, most: 100),
            list.Number(SlowOption, DefaultSlowMs, least: 1, most: 60_000));
        var report = await new OutageRun(settings, error).RunAsync().ConfigureAwait(false);
        OutageTable.Write(report, output);
        if (list.Text(JsonOption) is { } file)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, Json)).ConfigureAwait(false);
        }

        return report.Mismatches.Count == 0 ? ExitCode.Success : ExitCode.Mismatch;
    }

    private static string[] Known(IReadOnlyList<string> asked, IReadOnlyCollection<string> known, string what) =>
        asked.FirstOrDefault(name => !known.Contains(name)) is { } unknown ? throw new UsageException($"no {what} '{unknown}'")
        : asked.Count > 0 ? [.. asked]
        : [.. known];
}
