using System.Net;
using System.Net.Sockets;

namespace Sentinel.Tests.Shared;

/// <summary>A port on the loopback for a server whose address must be known before it starts.</summary>
public static class FreePort
{
    /// <summary>One that nobody listens on now.</summary>
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
