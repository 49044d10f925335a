using System.Collections.Concurrent;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Tls;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding;

/// <summary>Makes each backend's connections with its authorities and Sentinel's certificate for it.</summary>
/// <remarks>YARP asks for a client at every publication; a changed certificate is a reason for a new one.</remarks>
internal sealed class BackendHttpClientFactory(
    ConfigurationSource configuration,
    ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger)
{
    private readonly ConcurrentDictionary<string, string> _made = new(StringComparer.Ordinal);

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && _made.GetValueOrDefault(context.ClusterId) == TlsOf(context)?.Identity;

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        if (TlsOf(context) is not { } tls)
        {
            _made.TryRemove(context.ClusterId, out _);
            return;
        }

        tls.Apply(handler.SslOptions);
        _made[context.ClusterId] = tls.Identity;
    }

    private BackendTls? TlsOf(ForwarderHttpClientContext context) =>
        configuration.Current.Backends.GetValueOrDefault(context.ClusterId)?.Tls;
}
