using Exchange.Benchmarks.Replay;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// Recorded order flow through the HTTP API of a running host: every fill (maker, price, quantity, order) and every best price as a real
/// exchange had them, as in the core alone.
/// </summary>
public sealed class RecordedFlowOverHttpTests
{
    private HostProcess _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = new HostProcess();
        await _host.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase("aapl_first10s_l50.csv", 710)]
    [TestCase("aapl_first998_l10.csv", 919)]
    [TestCase("msft_open_l50.csv", 1_960)]
    public async Task Recorded_flow_fills_and_stands_over_HTTP_as_recorded(string file, int commands)
    {
        if (!Directory.Exists(FlowFiles.RecordedDirectory))
        {
            Assert.Ignore($"no recorded flow: '{FlowFiles.RecordedDirectory}' does not exist; set EXCHANGE_FLOW_DIR to its directory");
        }

        var report = await ReplayAsync(FlowReader.ReadFile(Path.Combine(FlowFiles.RecordedDirectory, file)));

        Assert.That(report.Mismatches, Is.Empty);
        Assert.That(report.Commands, Is.EqualTo(commands));
        Assert.That(report.FillsChecked, Is.GreaterThanOrEqualTo(report.Takes).And.Positive);
    }

    [Test]
    public async Task Synthetic_flow_fills_and_stands_over_HTTP_as_expected()
    {
        var report = await ReplayAsync(FlowReader.ReadFile(FlowFiles.Synthetic));

        Assert.That(report.Mismatches, Is.Empty);
        Assert.That(report.Commands, Is.EqualTo(300));
        Assert.That(report.FillsChecked, Is.Positive);
    }

    [Test]
    public async Task An_altered_expectation_is_reported_over_HTTP()
    {
        var rows = FlowReader.ReadFile(FlowFiles.Synthetic).ToList();
        var index = rows.FindIndex(row => row.Operation == FlowOperation.Take && row.ExpectedFills.Count >= 2);
        rows[index] = rows[index] with { ExpectedFills = [.. rows[index].ExpectedFills.Reverse()] };

        var report = await ReplayAsync(rows);

        Assert.That(report.MismatchCount, Is.EqualTo(1));
        Assert.That(report.Mismatches, Has.Exactly(1).StartsWith($"row {rows[index].Number}, Take: fills: expected"));
    }

    private async Task<FlowReport> ReplayAsync(IReadOnlyList<FlowRow> rows)
    {
        using var target = await HttpFlowTarget.CreateAsync(_host.Url);
        return await FlowDriver.RunAsync(rows, target);
    }
}
