using System.Net;
using System.Net.Sockets;

namespace Sentinel.Tests.Shared;

/// <summary>A loopback port where connections are neither taken nor refused: its queue is full.</summary>
public sealed class ConnectionHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queued = [];

    public ConnectionHole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        for (var i = 0; i < 8; i++)
        {
            var queued = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _queued.Add(queued);
            try
            {
                queued.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock
                or SocketError.InProgress)
            {
                // On its way for as long as nobody accepts.
            }
        }
    }

    public Uri Url => new($"http://{_listener.LocalEndPoint}/");

    public void Dispose()
    {
        _queued.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }
}
