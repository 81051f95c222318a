using System.Security.Cryptography;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>Starts that must be refused, each with a message that says why and what to do.</summary>
public sealed class StartTests
{
    private const int FailureExitCode = 70;

    [TestCase("Exchange__DataDirectory", " ", "Exchange:DataDirectory", "write a folder, for example ./data")]
    [TestCase("Exchange__Mode", "demo", "Exchange:Mode 'demo'", "write sandbox or venue")]
    [TestCase("Exchange__Role", "gateway", "Exchange:Role 'gateway'", "write engine")]
    [TestCase("Exchange__ControlUrl", "nowhere", "Exchange:ControlUrl 'nowhere'", "write for example http://127.0.0.1:8081")]
    [TestCase("Exchange__ControlUrl", "http://127.0.0.1:0", "Exchange:ControlUrl", "write for example http://127.0.0.1:8081")]
    [TestCase("Exchange__ControlUrl", "ftp://127.0.0.1:8081", "Exchange:ControlUrl", "write for example http://127.0.0.1:8081")]
    [TestCase("Exchange__ControlUrl", "http://0.0.0.0:18481", "'http://0.0.0.0:18481' is not", "write http://127.0.0.1:8080")]
    [TestCase("Exchange__Api__WeightLimitPerMinute", "0", "Exchange:Api:WeightLimitPerMinute", "must lie in 1..1000000000")]
    [TestCase("Exchange__Api__BackendTimeoutMs", "99999", "Exchange:Api:BackendTimeoutMs", "must lie in 1..60000")]
    [TestCase("Exchange__Orders__ClosedOrdersKept", "0", "Exchange:Orders:ClosedOrdersKept", "from 1 to 10000000")]
    [TestCase("Exchange__Sandbox__MarketMakerIntervalMs", "49", "Exchange:Sandbox:MarketMakerIntervalMs", "write milliseconds from 50 to 60000")]
    [TestCase("Exchange__Sandbox__MarketMakerIdleSeconds", "-1", "Exchange:Sandbox:MarketMakerIdleSeconds", "write seconds from 0 (never rest) to 86400")]
    [TestCase("Exchange__Engine__CommandRingSlots", "1000", "Exchange:Engine", "power of two")]
    [TestCase("Exchange__Engine__JournalSegmentBytes", "1000", "SegmentBytes 1000", "use a multiple of 4096, at least 65536")]
    [TestCase("Exchange__Engine__JournalSync", "Never", "Exchange:Engine:JournalSync", "DirectDsync")]
    [TestCase("Exchange__Engine__EventRingBytes", "much", "Exchange:Engine:EventRingBytes", "write a")]
    [TestCase("Exchange__Mode", "venue", "Exchange:Secrets:KeyFile", "a file outside the data directory with 64 hexadecimal digits")]
    public async Task A_wrong_option_stops_the_start_and_the_message_says_what_to_write(string name, string value, string named, string remedy)
    {
        await using var host = new HostProcess();
        host.Settings[name] = value;

        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.Not.Zero, host.Output);
        Assert.That(host.Output, Does.Contain(named).And.Contain(remedy));
    }

    [TestCase("Exchange__Mode", "demo")]
    [TestCase("Exchange__Engine__JournalSync", "Never")]
    public async Task A_wrong_option_ends_the_process_in_order(string name, string value)
    {
        await using var host = new HostProcess();
        host.Settings[name] = value;

        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.InRange(1, 127), host.Output);
        Assert.That(host.Output, Does.Contain(value).And.Not.Contain("   at "), "a message, not a stack");
    }

    [TestCase("http://0.0.0.0:{0}")]
    [TestCase("http://*:{0}")]
    [TestCase("http://[::]:{0}")]
    [TestCase("http://127.0.0.1:0;http://0.0.0.0:{0}")]
    public async Task A_sandbox_refuses_to_listen_beyond_loopback(string url)
    {
        await using var host = new HostProcess();
        host.Url = string.Format(System.Globalization.CultureInfo.InvariantCulture, url, new Uri(host.Url).Port);

        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.Not.Zero, host.Output);
        Assert.That(host.Output, Does.Contain("listens on loopback only").And.Contain("Exchange:Sandbox:AllowRemote=true"));
    }

    [Test]
    public async Task A_second_process_on_a_data_directory_ends_and_names_the_first()
    {
        await using var first = new HostProcess();
        await first.StartAsync();
        await using var second = new HostProcess(first.DataDirectory);

        var exitCode = await second.StartInVainAsync();

        Assert.That(exitCode, Is.EqualTo(FailureExitCode), second.Output);
        Assert.That(second.Output, Does.Contain($"is in use by process {first.Id},").And.Contain(first.DataDirectory));
        Assert.That(await first.WaitForHealthAsync("ready", System.Net.HttpStatusCode.OK), Is.Not.Empty, "the first does not notice");
    }

    [Test]
    public async Task A_sandbox_directory_is_refused_to_a_venue()
    {
        await using var host = new HostProcess();
        await host.StartAsync();
        host.Terminate();
        await host.WaitForExitAsync();

        host.Settings["Exchange__Mode"] = "venue";
        using var key = new VenueKey(host);
        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.EqualTo(FailureExitCode), host.Output);
        Assert.That(host.Output, Does.Contain("holds a sandbox, but Exchange:Mode is venue"));
        Assert.That(host.Output, Does.Contain("correct the mode or choose another directory"));
    }

    [Test]
    public async Task A_venue_has_no_sandbox_routes()
    {
        await using var host = new HostProcess();
        host.Settings["Exchange__Mode"] = "venue";
        using var key = new VenueKey(host);
        await host.StartAsync();
        using var client = new TradingClient(host.Url);

        var account = await client.PostJsonAsync("/sandbox/accounts", "{}");
        var market = await client.PostJsonAsync("/sandbox/markets", "{}");
        var ping = await client.GetAsync("/api/v3/ping");

        Assert.That(account.Status, Is.EqualTo(404), account.Body);
        Assert.That(market.Status, Is.EqualTo(404), market.Body);
        Assert.That(ping.Status, Is.EqualTo(200), ping.Body);
        Assert.That(host.Output, Does.Not.Contain("Secret key"));
    }

    [Test]
    public async Task A_damaged_journal_is_refused_with_file_and_offset_and_left_alone()
    {
        await using var host = new HostProcess();
        await host.StartAsync();
        using (var traders = await SandboxTraders.OpenAsync(host.Url))
        {
            await traders.TradeAsync();
        }

        await host.KillAsync();
        const int FirstGroup = 4096;
        var segment = Path.Combine(host.DataDirectory, "journal", "00000000000000000001.seg");
        using (var file = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite))
        {
            // A byte of the first group's payload, behind its header of 64 bytes.
            file.Position = FirstGroup + 70;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }

        var before = Content(host.DataDirectory);
        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.EqualTo(FailureExitCode), host.Output);
        Assert.That(host.Output, Does.Contain($"journal damaged: journal/00000000000000000001.seg, offset {FirstGroup}:"));
        Assert.That(Content(host.DataDirectory), Is.EqualTo(before));
    }

    /// <summary>Every file with its hash, but for the lock, which names the process of the last start.</summary>
    private static string[] Content(string folder) =>
    [
        .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock")
            .Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];
}
