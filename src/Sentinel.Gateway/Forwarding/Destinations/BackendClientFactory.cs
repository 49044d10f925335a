using System.Collections.Concurrent;
using System.Text;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Configuration.Tls;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>
/// Makes the HTTP client of each backend, with its time limits, its authorities and Sentinel's certificate for it.
/// </summary>
/// <remarks>
/// YARP asks for a client at every publication and compares only its own settings; connections are kept unless ours
/// have changed either.
/// </remarks>
internal sealed class BackendClientFactory(
    ConfigurationSource configuration,
    BackendTokens tokens,
    ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger)
{
    private readonly ConcurrentDictionary<string, string> _identities = new(StringComparer.Ordinal);

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && ClusterStamp.Read(context.OldMetadata) == ClusterStamp.Read(context.NewMetadata)
        && _identities.GetValueOrDefault(context.ClusterId) == TlsOf(context)?.Identity;

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);

        // As clients' headers were read, so that they go on byte by byte. The handler itself takes nothing but ASCII.
        handler.RequestHeaderEncodingSelector ??= static (_, _) => Encoding.UTF8;
        handler.ConnectTimeout = ClusterStamp.Read(context.NewMetadata).ConnectInForce;
        if (TlsOf(context) is { } tls)
        {
            tls.Apply(handler.SslOptions);
            _identities[context.ClusterId] = tls.Identity;
        }
        else
        {
            _identities.TryRemove(context.ClusterId, out _);
        }
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new BackendHandler(handler, ClusterStamp.Read(context.NewMetadata), tokens);

    private BackendTls? TlsOf(ForwarderHttpClientContext context) =>
        configuration.Current.Backends.GetValueOrDefault(context.ClusterId)?.Tls;
}
