using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>A sandbox gives money to anyone who asks: no way of naming an address may let it listen beyond loopback unasked.</summary>
public sealed class SandboxListenersTests
{
    [TestCase("http://loopback:{0}", TestName = "A_name_that_only_sounds_like_loopback_is_refused")]
    [TestCase("http://localhost.example:{0}", TestName = "A_name_that_begins_like_localhost_is_refused")]
    public async Task A_name_is_refused(string url)
    {
        await using var host = new HostProcess();
        host.Url = string.Format(System.Globalization.CultureInfo.InvariantCulture, url, new Uri(host.Url).Port);

        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.Not.Zero, host.Output);
        Assert.That(host.Output, Does.Contain($"'{host.Url}' is not"));
    }

    [Test]
    public async Task An_endpoint_of_the_web_servers_own_section_is_refused()
    {
        await using var host = new HostProcess();
        var url = $"http://0.0.0.0:{new Uri(host.Url).Port}";
        host.Settings["Kestrel__Endpoints__Public__Url"] = url;

        var exitCode = await host.StartInVainAsync();

        Assert.That(exitCode, Is.Not.Zero, host.Output);
        Assert.That(host.Output, Does.Contain($"'{url}' is not"));
    }

    [TestCase("http://localhost:{0}")]
    [TestCase("http://[::1]:{0}")]
    [TestCase("http://127.0.0.1:{0}")]
    public async Task Loopback_is_accepted(string url)
    {
        await using var host = new HostProcess();
        host.Url = string.Format(System.Globalization.CultureInfo.InvariantCulture, url, new Uri(host.Url).Port);

        await host.StartAsync();

        Assert.That(host.HasExited, Is.False);
    }
}
