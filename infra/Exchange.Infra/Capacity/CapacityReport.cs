using System.Globalization;
using System.Text;

namespace Exchange.Infra.Capacity;

/// <summary>The capacity plan as the tables that infra/README.md shows; a test compares them.</summary>
internal static class CapacityReport
{
    /// <summary>The loads of the plan, requests per second, with the engines that each is planned for.</summary>
    public static readonly CapacityStep[] Steps = [new(500, 1), new(5_000, 1), new(50_000, 1), new(1_000_000, 16)];

    public static string Markdown()
    {
        var text = new StringBuilder();
        Row(text, "", step => Number(step.RequestsPerSecond) + "/s");
        Rule(text);
        Row(text, "orders per second", step => Number(step.Orders));
        Row(text, "engines (shards by symbol)", step => step.Shards.ToString(CultureInfo.InvariantCulture));
        Row(text, "engine thread busy", step => Percent(step.EngineUse));
        Row(text, "cores of an engine host", step => step.CoresPerEngineHost.ToString(CultureInfo.InvariantCulture));
        Row(text, "order inside the host, p50 / p99 / p99.9, ms", Latency);
        Row(text, "cores of the stateless tier", step => step.TierCores == 0 ? "none needed" : Number(step.TierCores));
        Row(text, "journal of an engine, MB/s", step => (step.JournalBytesPerSecond / 1e6).ToString("0.0#", CultureInfo.InvariantCulture));
        Row(text, "history, rows/s (writers)", step => $"{Number(step.SqlRows)} ({step.SqlWriters})");
        Row(text, "stream, MiB/s", step => step.StreamShards.ToString(CultureInfo.InvariantCulture));
        text.AppendLine();
        Row(text, "US dollars a month", step => Number(step.RequestsPerSecond) + "/s");
        Rule(text);
        foreach (var (index, (layer, _)) in Steps[0].Cost().Index())
        {
            Row(text, layer, step => Number(step.Cost()[index].Usd));
        }

        Row(text, "**together**", step => $"**{Number(step.Cost().Sum(line => line.Usd))}**");
        return text.ToString();
    }

    private static string Latency(CapacityStep step)
    {
        var (p50, p99, p999) = new OrderPathSimulation(step.Orders / step.Shards, step.CoresPerEngineHost - 3).Run();
        return string.Create(CultureInfo.InvariantCulture, $"{p50 / 1e3:0.00} / {p99 / 1e3:0.00} / {p999 / 1e3:0.00}");
    }

    private static void Row(StringBuilder text, string title, Func<CapacityStep, string> cell) =>
        text.Append("| ").Append(title).Append(" | ").AppendJoin(" | ", Steps.Select(cell)).AppendLine(" |");

    private static void Rule(StringBuilder text) => text.Append("|---|").AppendJoin("|", Steps.Select(_ => "---:")).AppendLine("|");

    private static string Number(double value) => Math.Round(value).ToString("#,0", CultureInfo.InvariantCulture);

    private static string Percent(double value) => (value * 100).ToString("0.0##", CultureInfo.InvariantCulture) + " %";
}
