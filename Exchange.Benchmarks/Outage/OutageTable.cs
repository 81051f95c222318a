using System.Globalization;

namespace Exchange.Benchmarks.Outage;

/// <summary>The results for people.</summary>
internal static class OutageTable
{
    public static void Write(OutageReport report, TextWriter output)
    {
        var settings = report.Settings;
        output.WriteLine(
            $"{settings.PerSecond} orders/s from a fixed schedule, phases of {settings.Seconds} s, {settings.Rounds} rounds; latency in ms from when an order was due;");
        output.WriteLine("ratios to the baselines before and behind each outage, medians of the rounds; 'none' is no fault at all: what it differs by is the machine's noise");
        output.WriteLine("store    fault     orders refused    p50  was  ratio     p99   was  ratio (least-most)  catching up   lag sequences      s  converges s   MB  was");
        foreach (var row in report.Rows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Store,-8} {row.Fault,-8}{row.Orders,8}{row.Refused,8}{row.P50Ms,7:F2}{row.BaselineP50Ms,6:F2}{row.P50Ratio,6:F2}{row.P99Ms,9:F1}{row.BaselineP99Ms,6:F1}"
                + $"{row.P99Ratio,7:F2} ({row.P99RatioLeast:F2}-{row.P99RatioMost:F2}){(row.IsWithin ? "      " : " above")}{row.CatchUpP99Ratio,12:F2}"
                + $"{row.LagSequences,16}{row.LagSeconds,7:F1}{row.ConvergeSeconds,13:F1}{row.MemoryMb,5}{row.BaselineMemoryMb,5}"));
        }

        foreach (var text in report.Verified.Values.Concat(report.Mismatches.Select(mismatch => "MISMATCH " + mismatch)))
        {
            output.WriteLine(text);
        }
    }
}
