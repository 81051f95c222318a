using System.Net;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>A disk that fails or is slow under the running process (RELIABILITY.md, B4).</summary>
public sealed class JournalFaultTests
{
    private const int FailureExitCode = 70;

    [TestCase("DirectDsync", "pwrite,fdatasync", TestName = "A_failing_write_ends_the_process_and_acknowledges_nothing")]
    [TestCase("Fdatasync", "fdatasync", TestName = "A_failing_sync_ends_the_process_and_acknowledges_nothing")]
    public async Task A_failing_disk_ends_the_process(string method, string failingCalls)
    {
        const int Orders = 8;
        using var shim = new FaultShim();
        await using var host = new HostProcess();
        host.Settings["Exchange__Engine__JournalSync"] = method;
        shim.PreloadInto(host, failingCalls);
        await host.StartAsync();
        using var traders = await SandboxTraders.OpenAsync(host.Url);
        await traders.TradeAsync();
        var before = await traders.Seller.OpenOrdersAsync();

        shim.Fail();
        var answers = await Task.WhenAll(Enumerable.Range(0, Orders).Select(i => TryPlaceAsync(traders.Buyer, $"after{i}")));
        var exitCode = await host.WaitForExitAsync();

        Assert.That(answers.Where(answer => answer is { Status: < 500 }), Is.Empty, "something had an outcome after the disk had failed");
        Assert.That(exitCode, Is.EqualTo(FailureExitCode), host.Output);
        Assert.That(host.Output, Does.Contain("The exchange ends").And.Contain("errno 5"));

        host.Settings.Remove("LD_PRELOAD");
        await host.StartAsync();
        Assert.That(await traders.Seller.OpenOrdersAsync(), Is.EqualTo(before), "what was acknowledged before is there");
    }

    [Test]
    public async Task While_it_recovers_a_host_is_alive_and_not_ready()
    {
        using var shim = new FaultShim();
        await using var host = new HostProcess();
        await host.StartAsync();
        using var traders = await SandboxTraders.OpenAsync(host.Url);
        await traders.TradeAsync();
        await host.KillAsync();

        shim.PreloadInto(host);
        shim.Hold();
        await host.StartWithoutWaitingAsync();
        var unready = await host.WaitForHealthAsync("ready", HttpStatusCode.ServiceUnavailable, "\"recovering\"");
        var alive = await host.WaitForHealthAsync("live", HttpStatusCode.OK);
        var order = await traders.Buyer.PlaceAsync(SandboxTraders.Limit("BUY", 40_000, "early"));
        var stillUnready = await host.WaitForHealthAsync("ready", HttpStatusCode.ServiceUnavailable);
        shim.Release();
        var ready = await host.WaitForHealthAsync("ready", HttpStatusCode.OK);

        Assert.That(stillUnready, Is.EqualTo(unready));
        Assert.That(alive, Does.Contain("\"live\""));
        Assert.That((order.Status, order.Code), Is.EqualTo((503, -1008)), order.Body);
        Assert.That(ready, Does.Contain("\"running\""));
        var afterwards = await traders.Buyer.OrderAsync(SandboxTraders.Symbol, "early");
        Assert.That(afterwards.Code, Is.EqualTo(-2013), "what was not admitted is not executed");
    }

    /// <summary>Returns null when no answer came.</summary>
    private static async Task<TradingAnswer?> TryPlaceAsync(TradingClient client, string id)
    {
        try
        {
            return await client.PlaceAsync(SandboxTraders.Limit("BUY", 40_000, id));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
