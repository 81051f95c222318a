using System.Diagnostics;
using Exchange.Benchmarks.Http;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Telemetry;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>What a collector on this machine gets from the real process when orders are really traded.</summary>
public sealed class TelemetryTests
{
    [Test]
    public async Task A_traded_order_is_seen_by_an_OTLP_receiver_as_metrics_spans_and_logs()
    {
        using var receiver = new OtlpReceiver();
        await using var host = new HostProcess();
        host.Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url;
        host.Settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        host.Settings["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        host.Settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        host.Settings["Exchange__Telemetry__TraceRatio"] = "1";
        host.Settings["Exchange__Sandbox__MarketMakers"] = "false";
        await host.StartAsync();
        var account = await TradingClient.OpenAccountAsync(host.Url, "\"USDT\":\"1000000\",\"BTC\":\"10\"");
        using var client = new TradingClient(host.Url, account);
        const string Limit = "symbol=BTCUSDT&timeInForce=GTC&type=LIMIT&quantity=0.5&price=";

        Assert.That((await client.PlaceAsync(Limit + "50000&side=SELL")).Status, Is.EqualTo(200));
        Assert.That((await client.PlaceAsync("symbol=BTCUSDT&type=MARKET&quantity=0.5&side=BUY")).Status, Is.EqualTo(200));
        Assert.That((await client.PlaceAsync("symbol=BTCUSDT&type=LIMIT_MAKER&quantity=0.5&price=49000&side=BUY")).Status, Is.EqualTo(200));
        Assert.That((await client.PlaceAsync(Limit + "51000&side=SELL&newClientOrderId=a")).Status, Is.EqualTo(200));
        Assert.That((await client.PlaceAsync(Limit + "51000&side=SELL&newClientOrderId=a")).Status, Is.EqualTo(400));

        await UntilAsync(() => Sum(receiver, "exchange.orders") >= 5);
        host.Terminate();
        await host.WaitForExitAsync();

        Assert.That(receiver.Failure, Is.Null);
        Assert.That(Orders(receiver), Is.EquivalentTo(new[] { "limit new 2", "market filled 1", "limit_maker new 1", "limit rejected 1" }));
        var durations = receiver.Metrics.Where(point => point.Name == "exchange.order.duration").ToArray();
        Assert.That(durations.Select(point => point.Kind), Has.All.EqualTo("exponential histogram"));
        Assert.That(
            durations.GroupBy(point => point.Attributes["http.response.status_code"]).Select(group => $"{group.Key} {group.Max(point => point.Count)}"),
            Is.EquivalentTo(new[] { "200 4", "400 1" }));
        Assert.That(durations.Max(point => point.Value), Is.Positive);
        Assert.That(receiver.Metrics.Where(point => point.Name == "exchange.journal.sync.duration").Max(point => point.Count), Is.GreaterThanOrEqualTo(5));
        var positions = receiver.Metrics.Where(point => point.Name == "exchange.sequence")
            .GroupBy(point => point.Attributes["exchange.position"]).ToDictionary(group => group.Key, group => group.Max(point => point.Value));
        Assert.That(positions.Keys, Is.EquivalentTo(new[] { "executed", "durable", "published" }));
        Assert.That(positions.Values, Has.All.GreaterThan(5).And.All.EqualTo(positions["durable"]));
        Assert.That(receiver.Services, Is.EqualTo(new[] { "exchange" }));

        var span = receiver.Spans.First(span => span.Name == "POST /api/v3/order");
        Assert.That(span.Attributes["http.response.status_code"], Is.EqualTo("200"));
        Assert.That(long.Parse(span.Attributes["exchange.sequence"]), Is.Positive);
        Assert.That(receiver.Spans.SelectMany(each => each.Attributes.Values), Has.None.Contains("signature"));
        Assert.That(receiver.Logs, Has.Some.StartsWith("Running with"));
    }

    [Test]
    public async Task The_table_of_metrics_is_what_is_emitted()
    {
        using var receiver = new OtlpReceiver();
        await using var host = new HostProcess();
        host.Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url;
        host.Settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        host.Settings["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        await host.StartAsync();
        using (var traders = await SandboxTraders.OpenAsync(host.Url))
        {
            await traders.TradeAsync();
        }

        var documented = (await File.ReadAllLinesAsync(RepositoryFiles.Path("Exchange.Host", "Telemetry", "README.md")))
            .Where(line => line.StartsWith("| `exchange.", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[1].Trim('`')} {cells[2]} {cells[3].Trim('`')} [{string.Join(' ', cells[4].Split(", ").Select(name => name.Trim('`')).Order(StringComparer.Ordinal))}]")
            .ToArray();

        string[] Emitted() => [.. receiver.Metrics.Select(point => $"{point.Name} {point.Kind} {point.Unit} [{string.Join(' ', point.Attributes.Keys.Order(StringComparer.Ordinal))}]").Distinct()];
        await UntilAsync(() => Emitted().Length >= documented.Length);

        Assert.That(Emitted(), Is.EquivalentTo(documented));
    }

    [Test]
    public async Task A_wrong_endpoint_stops_the_start()
    {
        await using var host = new HostProcess();
        host.Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector";

        Assert.That(await host.StartInVainAsync(), Is.EqualTo(78), host.Output);
        Assert.That(host.Output, Does.Contain("OTEL_EXPORTER_OTLP_ENDPOINT 'collector' is no address: write for example http://127.0.0.1:4317"));
    }

    private static async Task UntilAsync(Func<bool> isThere)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isThere() && Stopwatch.GetElapsedTime(started) < HostProcess.Patience)
        {
            await Task.Delay(20);
        }
    }

    private static double Sum(OtlpReceiver receiver, string name) => Latest(receiver, name).Sum(point => point.Value);

    private static string[] Orders(OtlpReceiver receiver) =>
        [.. Latest(receiver, "exchange.orders").Select(point => $"{point.Attributes["exchange.order.type"]} {point.Attributes["exchange.order.outcome"]} {point.Value}")];

    /// <summary>Sums are cumulative: the greatest of each set of attributes is the latest.</summary>
    private static IEnumerable<MetricPoint> Latest(OtlpReceiver receiver, string name) =>
        receiver.Metrics.Where(point => point.Name == name)
            .GroupBy(point => string.Join(',', point.Attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal)))
            .Select(group => group.MaxBy(point => point.Value)!);
}
