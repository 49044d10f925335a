using Sentinel.Gateway.Configuration.Backends;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>Makes the HTTP client of each backend, with its time limits.</summary>
internal sealed class BackendClientFactory(BackendTokens tokens, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger)
{
    // YARP compares only its own settings; connections are kept unless ours have changed either.
    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && ClusterStamp.Read(context.OldMetadata) == ClusterStamp.Read(context.NewMetadata);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        if (ClusterStamp.Read(context.NewMetadata).Connect is { } connect)
        {
            handler.ConnectTimeout = connect;
        }
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new BackendHandler(handler, ClusterStamp.Read(context.NewMetadata), tokens);
}
