using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>
/// Whether a server is there at all, asked with a bare socket. The client library finds that out at ten times the price (4 ms of processor time on several
/// threads, where an order takes 1 ms from end to end), and during an outage it is asked again and again beside the orders.
/// </summary>
internal static class RedisProbe
{
    /// <summary>Returns when one of the addresses answers a ping, be it by asking for a password; one with TLS need only take the connection.</summary>
    /// <param name="timeoutMs">For each address.</param>
    /// <exception cref="SocketException">None does.</exception>
    public static void RequireServer(ConfigurationOptions configuration, int timeoutMs)
    {
        configuration.SetDefaultPorts();
        SocketError last = default;
        foreach (var address in configuration.EndPoints)
        {
            last = Ping(address, configuration.Ssl, timeoutMs);
            if (last == SocketError.Success)
            {
                return;
            }
        }

        throw new SocketException((int)last, $"no Redis server answers: {last}");
    }

    private static SocketError Ping(EndPoint address, bool tls, int timeoutMs)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = timeoutMs, ReceiveTimeout = timeoutMs };
        using var giveUp = new CancellationTokenSource(timeoutMs);
        try
        {
            socket.ConnectAsync(address, giveUp.Token).AsTask().GetAwaiter().GetResult();
            if (tls)
            {
                return SocketError.Success;
            }

            socket.Send("PING\r\n"u8);
            Span<byte> answer = stackalloc byte[1];
            return socket.Receive(answer) == 1 ? SocketError.Success : SocketError.ConnectionReset;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            return SocketError.TimedOut;
        }
    }
}
