using System.Net.Sockets;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>The stores that other tests rely on: broken and mended as outage tests do it.</summary>
public sealed class LocalServicesTests
{
    [Test]
    public void A_store_is_killed_hung_stopped_and_there_again()
    {
        using var services = new LocalServices(LocalServices.Redis);
        Assert.That(Ping(services), Is.EqualTo("+PONG"));

        services.Hang(LocalServices.Redis);
        Assert.That(Ping(services), Is.EqualTo("nothing"), "connected, and no answer");
        services.Resume(LocalServices.Redis);
        Assert.That(Ping(services), Is.EqualTo("+PONG"));

        foreach (var end in (Action<string>[])[services.Kill, services.Stop])
        {
            end(LocalServices.Redis);
            Assert.That(() => Ping(services), Throws.TypeOf<SocketException>());
            services.Start(LocalServices.Redis);
            Assert.That(Ping(services), Is.EqualTo("+PONG"));
        }
    }

    [Test]
    public void What_cannot_be_started_fails_the_test_that_needs_it() =>
        Assert.That(() => new LocalServices("oracle"), Throws.InvalidOperationException.With.Message.Contains("no service 'oracle'"));

    [Test]
    public void Names_are_given_once() => Assert.That(Enumerable.Range(0, 100).Select(_ => LocalServices.NewName("a")), Is.Unique);

    private static string Ping(LocalServices services)
    {
        var address = services.RedisAddress.Split(':');
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 500 };
        socket.Connect(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture));
        socket.Send("PING\r\n"u8);
        var answer = new byte[64];
        try
        {
            return System.Text.Encoding.ASCII.GetString(answer, 0, socket.Receive(answer)).TrimEnd();
        }
        catch (SocketException silence) when (silence.SocketErrorCode == SocketError.TimedOut)
        {
            return "nothing";
        }
    }
}
