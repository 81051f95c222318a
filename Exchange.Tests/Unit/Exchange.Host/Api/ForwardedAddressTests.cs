using System.Net;
using Exchange.Host.Api;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Host.Api;

public sealed class ForwardedAddressTests
{
    private const string Proxy = "10.30.1.7";
    private const string Client = "198.51.100.9";

    [TestCase(1, Client, Client, TestName = "One proxy tells the client")]
    [TestCase(1, "203.0.113.66, " + Client, Client, TestName = "What a client claims itself stands further left and is not read")]
    [TestCase(2, Client + ", 192.0.2.1", Client, TestName = "Two proxies: the client is the second from the right")]
    [TestCase(2, "203.0.113.66," + Client + ",192.0.2.1", Client, TestName = "Two proxies and a claim")]
    [TestCase(2, Client, Proxy, TestName = "Fewer entries than proxies: the connection counts")]
    [TestCase(1, "unknown", Proxy, TestName = "No address: the connection counts")]
    [TestCase(1, "", Proxy, TestName = "No header: the connection counts")]
    [TestCase(1, "2001:db8::9", "2001:db8::9", TestName = "Clients may have addresses of version 6")]
    public void Trusted_proxy(int hops, string header, string expected) => Check(Proxy, hops, header, expected);

    [Test]
    public void Nobody_but_a_trusted_proxy_is_believed() => Check("198.51.100.1", 1, Client, "198.51.100.1");

    [Test]
    public void Proxy_is_known_when_the_listener_speaks_version_6() => Check("::ffff:" + Proxy, 1, Client, Client);

    [TestCase("10.0.0.1/40")]
    [TestCase("load-balancer")]
    public void Wrong_network_stops_the_start_with_what_to_write(string networks)
    {
        var result = new ApiOptionsValidator().Validate(null, new ApiOptions { TrustedProxies = networks });

        Assert.That(result.FailureMessage, Is.EqualTo(
            $"Exchange:Api:TrustedProxies '{networks}' is no network: write for example 10.30.0.0/16, several with commas between"));
    }

    private static void Check(string connection, int hops, string header, string expected)
    {
        var forwarded = new ForwardedAddress(new ApiOptions { TrustedProxies = "10.30.0.0/16, fd00::/8", ForwardedHops = hops });

        Assert.That(forwarded.Of(IPAddress.Parse(connection), header), Is.EqualTo(IPAddress.Parse(expected)));
    }
}
