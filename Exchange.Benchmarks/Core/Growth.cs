using System.Globalization;
using Exchange.Benchmarks.Workloads;

namespace Exchange.Benchmarks.Core;

/// <summary>
/// How the cost of a command, and the memory of a resting order, grow: with the depth of one book, with the number of symbols, and with the
/// distance between prices. The mix is that of W1 and W5; the sparse book has a mix without trades.
/// </summary>
internal static class Growth
{
    private const int BenchCount = 1_000_000;
    private const int OrdersPerSymbol = 200;
    private const double DepthLimit = 2;
    private const double SymbolLimit = 2.5;

    public static List<GrowthRow> Measure(int runs, TextWriter progress)
    {
        List<GrowthRow> rows = [];
        foreach (var depth in (int[])[1_000, 10_000, 100_000, 1_000_000])
        {
            Add(rows, "depth", symbols: 1, depth, DepthLimit, runs, progress);
        }

        foreach (var symbols in (int[])[1, 1_000, 10_000])
        {
            Add(rows, "symbols", symbols, OrdersPerSymbol, SymbolLimit, runs, progress);
        }

        foreach (var depth in (int[])[1_000, 1_000_000])
        {
            var (prefill, bench) = SparseWorkload.Generate(depth, BenchCount);
            Add(rows, "sparse prices", symbols: 1, depth, DepthLimit, runs, prefill, bench, expected: default, progress);
        }

        return rows;
    }

    private static void Add(List<GrowthRow> rows, string series, int symbols, int ordersPerSymbol, double limit, int runs, TextWriter progress)
    {
        var prefillCount = symbols * ordersPerSymbol;
        var definition = new WorkloadDefinition(
            symbols == 1 ? 1 : 5, series, symbols, ordersPerSymbol, prefillCount, BenchCount, prefillCount + BenchCount, 0, default, 0);
        var workload = Workload.Generate(definition);
        Add(rows, series, symbols, ordersPerSymbol, limit, runs, workload.Prefill, workload.Bench, workload.Tally, progress);
    }

    private static void Add(
        List<GrowthRow> rows,
        string series,
        int symbols,
        int ordersPerSymbol,
        double limit,
        int runs,
        ReadOnlySpan<WorkloadCommand> prefill,
        ReadOnlySpan<WorkloadCommand> bench,
        TradeTally expected,
        TextWriter progress)
    {
        var orders = symbols * ordersPerSymbol;
        GrowthRow? best = null;
        for (var run = 0; run <= runs; run++)
        {
            using var exchange = new CoreExchange();
            exchange.Open(symbols);
            var before = ResidentBytes();
            exchange.Run(prefill);
            var memory = (double)(ResidentBytes() - before) / orders;
            exchange.Restart();
            exchange.Run(bench);
            var mismatch = exchange.Rejects != 0 ? exchange.FirstReject
                : exchange.Tally != expected ? $"{exchange.Tally}; expected {expected}"
                : exchange.FindInconsistency();
            var ns = (double)exchange.EngineNs / bench.Length;

            // The first pass warms up.
            if (run > 0 && (best is null || ns < best.NsPerCommand || mismatch is not null))
            {
                var first = rows.Find(row => row.Series == series)?.NsPerCommand ?? ns;
                best = new GrowthRow(
                    series,
                    string.Create(CultureInfo.InvariantCulture, $"{symbols:N0} x {ordersPerSymbol:N0}"),
                    orders,
                    symbols,
                    ns,
                    ns / first,
                    limit,
                    (double)exchange.AllocatedBytes / bench.Length,
                    orders >= 1_000_000 ? memory : 0,
                    mismatch ?? best?.Mismatch);
            }
        }

        rows.Add(best!);
        progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{series} {best!.Name}: {best.NsPerCommand:F1} ns, {best.Mismatch ?? "as expected"}"));
    }

    private static long ResidentBytes()
    {
        const int ResidentColumn = 1;
        var columns = File.ReadAllText("/proc/self/statm").Split(' ');
        return long.Parse(columns[ResidentColumn], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
