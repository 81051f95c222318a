using System.Globalization;
using System.Text.Json;

namespace Exchange.Benchmarks.Core;

/// <summary>
/// What a run of the core is compared with: the engine's step as a multiple of the switch loop, per workload, with the range of its passes. Why
/// multiples: nanoseconds belong to a machine and an hour, and a floor of the same pass mostly goes up and down with them.
/// </summary>
internal sealed record Baseline(IReadOnlyList<Baseline.Row> Rows)
{
    /// <summary>What a figure may lie outside the known range before it counts as a change.</summary>
    private const double Tolerance = 1.10;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal sealed record Row(string Workload, double Median, double Least, double Most);

    public static Baseline Of(IReadOnlyList<CoreResult> results) =>
        new([.. results.Select(result => new Row(result.Workload, Round(result.Multiples.SwitchLoop), Round(result.SwitchMultipleMin), Round(result.SwitchMultipleMax)))]);

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Baseline Read(string file) =>
        JsonSerializer.Deserialize<Baseline>(File.ReadAllText(file), Json) ?? throw new IOException($"{file} holds no baseline");

    public void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Writes a line per workload; returns whether nothing is slower than the range and its tolerance allow.</summary>
    public bool Compare(IReadOnlyList<CoreResult> results, TextWriter output)
    {
        var isWithin = true;
        output.WriteLine("multiple of the switch loop: now, baseline (range)");
        foreach (var now in Of(results).Rows)
        {
            var then = Rows.FirstOrDefault(row => row.Workload == now.Workload);
            var verdict = then is null ? "no baseline"
                : now.Median > then.Most * Tolerance ? "SLOWER, beyond noise"
                : now.Median < then.Least / Tolerance ? "faster, beyond noise"
                : "within noise";
            isWithin &= then is null || now.Median <= then.Most * Tolerance;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{now.Workload}  {now.Median,6:F1}  {then?.Median ?? double.NaN,6:F1} ({then?.Least:F1}-{then?.Most:F1})  {verdict}"));
        }

        return isWithin;
    }

    private static double Round(double value) => Math.Round(value, 1);
}
