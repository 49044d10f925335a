using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Hosting;

/// <summary>Closes connections to the traffic listener beyond <c>Limits.Total.Connections</c>.</summary>
/// <remarks>
/// Kestrel's own limit counts operators' connections too: whoever filled it would shut out probes and metrics.
/// </remarks>
internal sealed class ConnectionGate
{
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveIntervalSeconds = 10;
    private const int KeepAliveProbes = 6;

    private readonly ConfigurationSource _configuration;
    private readonly Overload _overload;
    private int _open;

    public ConnectionGate(ConfigurationSource configuration, Overload overload, IMeterFactory meters)
    {
        _configuration = configuration;
        _overload = overload;
        meters.Create("Sentinel.Gateway").CreateObservableGauge(
            "sentinel.connections.open", () => _open, description: "Connections to the traffic listener.");
    }

    /// <summary>The connection's way through, first of all: before a handshake costs anything.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) > _configuration.Current.Sentinel.Limits.Total.Connections)
            {
                _overload.Count(Overload.Connections);
                connection.Abort(new ConnectionAbortedException("There are as many connections as there may be."));
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    /// <summary>A listening socket whose connections the system probes when nothing moves on them.</summary>
    /// <remarks>
    /// A client that vanished without a word would otherwise hold its silent stream for as long as that may be silent.
    /// Linux hands the options on to every connection that is accepted.
    /// </remarks>
    public static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        return socket;
    }
}
