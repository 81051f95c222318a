using System.Globalization;

namespace Exchange.Benchmarks.Core;

/// <summary>The results for people.</summary>
internal static class CoreTable
{
    public static void Write(IReadOnlyList<CoreResult> results, TextWriter output)
    {
        output.WriteLine("thread CPU per command, ns; whole engine step; x = multiple of the floor of the same pass");
        output.WriteLine("      median   min-max       best tenth  B alloc  record B  consumer ns  array copy    switch loop   id touch      trades");
        foreach (var result in results)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{result.Workload,-4}{result.NsPerCommand,8:F1}   {result.NsPerCommandMin:F1}-{result.NsPerCommandMax,-8:F1}{result.BestTenthNs,9:F1}{result.BytesPerCommand,9:F3}{result.RecordBytesPerCommand,10:F1}{result.ConsumerNsPerCommand,13:F1}  {Floor(result.Floors.ArrayCopy, result.Multiples.ArrayCopy)}{Floor(result.Floors.SwitchLoop, result.Multiples.SwitchLoop)}{Floor(result.Floors.IdTouch, result.Multiples.IdTouch)}{(result.HashMatches ? "as defined" : "MISMATCH")}"));
        }
    }

    public static void Write(IReadOnlyList<GrowthRow> rows, TextWriter output)
    {
        output.WriteLine("thread CPU per command, ns; whole engine step; least of the passes; memory: resident bytes per resting order, everything counted");
        foreach (var row in rows)
        {
            var memory = row.MemoryPerOrder == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.MemoryPerOrder,5:F0} B of {GrowthRow.MemoryLimit}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Series,-14}{row.Name,-16}{row.NsPerCommand,8:F1}  x{row.Ratio,-5:F2} of {row.RatioLimit,-5}{row.AllocatedBytesPerCommand,8:F3} B alloc  {memory,-16}{(row.Mismatch is null ? row.IsWithin ? "" : "BEYOND" : "MISMATCH " + row.Mismatch)}"));
        }
    }

    private static string Floor(double ns, double multiple) =>
        string.Create(CultureInfo.InvariantCulture, $"{ns:F1} x{multiple:F1}").PadRight(14);
}
