using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sentinel.Tests.Shared;

/// <summary>Forwards loopback TCP, and fails on demand where a network would.</summary>
public sealed class TcpFaultProxy : IAsyncDisposable
{
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private Task _accepting;
    private volatile Trap? _trap;

    public TcpFaultProxy(int targetPort)
    {
        TargetPort = targetPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    /// <summary>Where connections made from here on lead.</summary>
    public int TargetPort { get; set; }

    /// <summary>Closes every connection, and refuses new ones until <see cref="Accept"/>.</summary>
    public async Task RefuseAsync()
    {
        _listener.Stop();
        CutAll();
        await _accepting;
    }

    /// <summary>Takes connections again, on the same port.</summary>
    public void Accept()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Closes every connection at both ends.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Cut();
        }
    }

    /// <summary>
    /// The next message of a client that holds these bytes reaches the server; the server's answer does not reach the
    /// client, whose connection is cut once that answer shows that the server has acted.
    /// </summary>
    public Task LoseAnswerTo(ReadOnlySpan<byte> message)
    {
        var trap = new Trap(message.ToArray(), holds: false);
        _trap = trap;
        return trap.Sprung.Task;
    }

    /// <summary>The next message of a client that holds these bytes is kept back until it is released.</summary>
    /// <returns>A task that ends when the message is there, and the release.</returns>
    public (Task Held, Action Release) HoldBack(ReadOnlySpan<byte> message)
    {
        var trap = new Trap(message.ToArray(), holds: true);
        _trap = trap;
        return (trap.Sprung.Task, () => trap.Released.TrySetResult());
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        _trap?.Released.TrySetResult();
        CutAll();
        await _accepting;
        await Task.WhenAll(_connections.Values);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var connection = new Connection(this, client);
                _connections[connection] = connection.RunAsync(TargetPort);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private sealed class Trap(byte[] message, bool holds)
    {
        private int _taken;

        public TaskCompletionSource Sprung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Holds => holds;

        public bool Takes(ReadOnlySpan<byte> sent) =>
            sent.IndexOf(message) >= 0 && Interlocked.Exchange(ref _taken, 1) == 0;
    }

    private sealed class Connection(TcpFaultProxy proxy, TcpClient client)
    {
        private readonly TcpClient _server = new();
        private volatile Trap? _losing;

        public async Task RunAsync(int targetPort)
        {
            try
            {
                await _server.ConnectAsync(IPAddress.Loopback, targetPort);
                client.NoDelay = _server.NoDelay = true;
                await Task.WhenAll(UntilCutAsync(UpAsync()), UntilCutAsync(DownAsync()));
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
                or InvalidOperationException)
            {
                // One end is gone; so is the other.
            }
            finally
            {
                Cut();
            }
        }

        // An end that resets its connection does not wait for the other to say something.
        private async Task UntilCutAsync(Task way)
        {
            try
            {
                await way;
            }
            finally
            {
                Cut();
            }
        }

        public void Cut()
        {
            client.Dispose();
            _server.Dispose();
        }

        private async Task UpAsync()
        {
            var buffer = new byte[64 * 1024];
            var source = client.GetStream();
            while (await source.ReadAsync(buffer) is var read and > 0)
            {
                if (proxy._trap is { } trap && trap.Takes(buffer.AsSpan(0, read)))
                {
                    if (trap.Holds)
                    {
                        trap.Sprung.TrySetResult();
                        await trap.Released.Task;
                    }
                    else
                    {
                        _losing = trap;
                    }
                }

                await _server.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }

            Cut();
        }

        private async Task DownAsync()
        {
            var buffer = new byte[64 * 1024];
            var source = _server.GetStream();
            while (await source.ReadAsync(buffer) is var read and > 0)
            {
                if (_losing is { } trap)
                {
                    Cut();
                    trap.Sprung.TrySetResult();
                    return;
                }

                await client.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }

            Cut();
        }
    }
}
