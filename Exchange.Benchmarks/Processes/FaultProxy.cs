using System.Net;
using System.Net.Sockets;

namespace Exchange.Benchmarks.Processes;

/// <summary>
/// A TCP connection between a program and its server that can be made slow or refused, on a loopback port of its own. Any thread.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _server;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Socket> _open = [];
    private int _delayMs;
    private bool _refuses;

    /// <param name="server">Host address and port.</param>
    public FaultProxy(string server)
    {
        _server = IPEndPoint.Parse(server);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Milliseconds that every piece of data waits, either way.</summary>
    public int DelayMs
    {
        get => Volatile.Read(ref _delayMs);
        set => Volatile.Write(ref _delayMs, value);
    }

    /// <summary>Whether connections are reset, those that are open and those that come.</summary>
    public bool Refuses
    {
        get => Volatile.Read(ref _refuses);
        set
        {
            Volatile.Write(ref _refuses, value);
            if (value)
            {
                CloseAll();
            }
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        CloseAll();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            Keep(client);
            Keep(server);
            try
            {
                if (Refuses)
                {
                    return;
                }

                client.NoDelay = true;
                await server.ConnectAsync(_server, _end.Token);
                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Either side has gone: the other one is reset below.
            }
            finally
            {
                Drop(client);
                Drop(server);
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is var count and > 0)
            {
                if (DelayMs is var delay and > 0)
                {
                    await Task.Delay(delay, _end.Token);
                }

                await to.SendAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Seen by the other direction, too.
        }
    }

    private void Keep(Socket socket)
    {
        // Closed with a reset, as a machine that refuses would.
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        lock (_open)
        {
            _open.Add(socket);
        }
    }

    private void Drop(Socket socket)
    {
        lock (_open)
        {
            _open.Remove(socket);
        }
    }

    private void CloseAll()
    {
        lock (_open)
        {
            _open.ForEach(socket => socket.Close());
            _open.Clear();
        }
    }
}
