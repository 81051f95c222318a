using System.Net;
using System.Net.Sockets;
using System.Text;
using Exchange.Replication.Redis;
using NUnit.Framework;
using StackExchange.Redis;

namespace Exchange.Tests.Unit.Modules.Replication;

[TestFixture]
public sealed class RedisProbeTests
{
    private const int Patience = 30_000;

    [TestCase("+PONG\r\n")]
    [TestCase("-NOAUTH Authentication required.\r\n", Description = "a server that wants a password is there")]
    public void A_server_that_answers_is_there(string answer)
    {
        using var server = new Server(client => Answer(client, answer));

        Assert.That(() => RedisProbe.RequireServer(To(server.Port), Patience), Throws.Nothing);
    }

    [Test]
    public void One_of_several_addresses_suffices()
    {
        using var server = new Server(client => Answer(client, "+PONG\r\n"));

        Assert.That(() => RedisProbe.RequireServer(To(ClosedPort(), server.Port), Patience), Throws.Nothing);
    }

    [Test]
    public void Nobody_at_the_address_is_told() =>
        Assert.That(() => RedisProbe.RequireServer(To(ClosedPort()), Patience), Throws.TypeOf<SocketException>().With.Message.EqualTo("no Redis server answers: ConnectionRefused"));

    [Test]
    public void A_connection_that_is_closed_at_once_is_no_server()
    {
        using var server = new Server(_ => { });

        Assert.That(() => RedisProbe.RequireServer(To(server.Port), Patience), Throws.TypeOf<SocketException>().With.Message.EqualTo("no Redis server answers: ConnectionReset"));
    }

    [Test]
    public void A_server_that_says_nothing_is_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        Assert.That(() => RedisProbe.RequireServer(To(((IPEndPoint)listener.LocalEndpoint).Port), timeoutMs: 100), Throws.TypeOf<SocketException>().With.Message.StartWith("no Redis server answers: "));
    }

    [Test]
    public void With_TLS_it_need_only_take_the_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var configuration = To(((IPEndPoint)listener.LocalEndpoint).Port);
        configuration.Ssl = true;

        Assert.That(() => RedisProbe.RequireServer(configuration, Patience), Throws.Nothing);
    }

    private static ConfigurationOptions To(params int[] ports)
    {
        var configuration = new ConfigurationOptions();
        foreach (var port in ports)
        {
            configuration.EndPoints.Add(IPAddress.Loopback, port);
        }

        return configuration;
    }

    private static void Answer(Socket client, string answer)
    {
        Assert.That(client.Receive(new byte[16]), Is.EqualTo("PING\r\n".Length));
        client.Send(Encoding.ASCII.GetBytes(answer));
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Takes one connection, does something with it and closes it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _served;

        public Server(Action<Socket> serve)
        {
            _listener.Start();
            _served = Task.Run(async () =>
            {
                using var client = await _listener.AcceptSocketAsync();
                serve(client);
            });
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _listener.Dispose();
            Assert.That(() => _served, Throws.Nothing);
        }
    }
}
