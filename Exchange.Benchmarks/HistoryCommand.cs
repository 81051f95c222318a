using System.Diagnostics;
using System.Globalization;
using Exchange.Benchmarks.History;
using Exchange.Replication.Sql;

namespace Exchange.Benchmarks;

/// <summary>`history`: what the SQL history store takes and gives on this machine: rows per second of its writer, latency of its pages.</summary>
internal static class HistoryCommand
{
    private const string OrdersOption = "--orders";
    private const string DirectoryOption = "--directory";
    private const int DefaultOrders = 1_000_000;
    private const int Pages = 2_000;
    private const int PageRows = 500;

    public static BenchmarkCommand Command { get; } = new(
        "history",
        $"[{OrdersOption} N] [{DirectoryOption} DIR] [{HistoryDatabase.ProviderOption} P] [{HistoryDatabase.PlaceOption} NAME]",
        [
            "Writes the records of an exchange with 997 accounts into a SQL history and asks it for pages of 500 rows.",
            $"{OrdersOption} N      orders, 1000 to 100000000, default {DefaultOrders}",
            $"{DirectoryOption} DIR  on the file system to measure, default ./artifacts; what is written there is deleted again",
            HistoryDatabase.ProviderHelp,
            HistoryDatabase.PlaceHelp,
        ],
        RunAsync);

    private static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var list = new ArgumentList(arguments, OrdersOption, DirectoryOption, HistoryDatabase.ProviderOption, HistoryDatabase.PlaceOption);
        if (list.Values.Count > 0)
        {
            throw new UsageException($"unexpected '{list.Values[0]}'");
        }

        var orders = list.Number(OrdersOption, DefaultOrders, least: 1_000, most: 100_000_000);
        var root = Path.GetFullPath(list.Text(DirectoryOption) ?? "artifacts");
        using var opened = HistoryDatabase.Open(list.Text(HistoryDatabase.ProviderOption) ?? "sqlite", root, list.Text(HistoryDatabase.PlaceOption));
        var database = opened.Database;
        if (!database.Exists(database.Place))
        {
            error.WriteLine($"writing {orders} orders");
            var written = HistoryWriting.Run(database, orders);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"writer: {written.Rows / written.Elapsed.TotalSeconds:N0} rows/s, {written.Records / written.Elapsed.TotalSeconds:N0} commands/s "
                + $"(of processor time: {written.Rows / written.CpuSeconds:N0} rows/s; {written.Rows:N0} rows of {written.Records:N0} commands in {written.Batches} transactions, {written.Elapsed.TotalSeconds:F1} s)"));
        }

        error.WriteLine($"asking for {Pages} pages of each kind");
        using var history = new SqlHistory(database.NewReader, () => 1, queriesAtOnce: 1, TimeSpan.FromSeconds(1));
        foreach (var (name, ask) in HistoryPages.Of(history, orders, PageRows))
        {
            output.WriteLine(await MeasureAsync(name, ask).ConfigureAwait(false));
        }

        return ExitCode.Success;
    }

    private static async Task<string> MeasureAsync(string name, Func<int, ValueTask<int>> ask)
    {
        var times = new double[Pages];
        var rows = 0L;
        for (var i = -Pages / 10; i < Pages; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var count = await ask(i).ConfigureAwait(false);
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
                rows += count;
            }
        }

        Array.Sort(times);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: p50 {times[Pages / 2]:F0} us, p99 {times[Pages * 99 / 100]:F0} us, most {times[^1]:F0} us, {(double)rows / Pages:F0} rows a page");
    }
}
