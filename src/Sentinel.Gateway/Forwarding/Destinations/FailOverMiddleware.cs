using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>
/// Before load balancing: where the chosen destination took no connection, so that nothing has been sent, has another
/// one chosen.
/// </summary>
/// <remarks>
/// Everything below runs again, request transforms included. A sealed session has left one destination to choose from,
/// and stays with it.
/// </remarks>
internal sealed class FailOverMiddleware(RequestDelegate next, DestinationMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        var available = context.GetReverseProxyFeature().AvailableDestinations;
        var attempt = next(context);
        return available.Count > 1 && !IsDone(context, attempt) ? GoOnAsync(context, attempt, available) : attempt;
    }

    private static bool IsDone(HttpContext context, Task attempt) =>
        attempt.IsCompletedSuccessfully && context.Response.HasStarted;

    private async Task GoOnAsync(HttpContext context, Task attempt, IReadOnlyList<DestinationState> available)
    {
        var proxy = context.GetReverseProxyFeature();
        IForwarderErrorFeature? fault = null;
        while (true)
        {
            await attempt;
            var isHeldBack = CircuitMiddleware.HeldBack(proxy);
            if (isHeldBack)
            {
                // As the last attempt left it, in case there is none after this.
                context.Features.Set(fault);
            }
            else if (MayFailOver(context, proxy))
            {
                fault = context.Features.Get<IForwarderErrorFeature>();
            }
            else
            {
                return;
            }

            available = [.. available.Where(destination => destination != proxy.AvailableDestinations[0])];
            if (available.Count == 0)
            {
                return;
            }

            if (!isHeldBack)
            {
                metrics.CountFailedOver(proxy.Cluster.Config.ClusterId, proxy.AvailableDestinations[0].DestinationId);
            }

            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            proxy.ProxiedDestination = null;
            proxy.AvailableDestinations = available;
            attempt = next(context);
        }
    }

    private static bool MayFailOver(HttpContext context, IReverseProxyFeature proxy) =>
        context.Features.Get<IForwarderErrorFeature>() is { } fault
        && proxy.ProxiedDestination is not null
        && !context.Response.HasStarted
        && !context.RequestAborted.IsCancellationRequested
        && IsConnectFailure(fault)
        && IsWhole(context)
        && ConfigurationSnapshot.Of(context).Backends.GetValueOrDefault(proxy.Cluster.Config.ClusterId)
            is null or { FailsOver: true };

    private static bool IsConnectFailure(IForwarderErrorFeature fault) => fault switch
    {
        { Error: ForwarderError.RequestTimedOut } => BackendTimeouts.Of(fault) == TimeLimit.Connect,
        { Error: ForwarderError.Request, Exception: HttpRequestException exception } =>
            exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        _ => false,
    };

    // The exception says that there was no connection; that the body still lies here, all of it, proves that none left.
    private static bool IsWhole(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return true;
        }

        var reader = context.Request.BodyReader;
        if (!reader.TryRead(out var body))
        {
            return false;
        }

        var isWhole = body.IsCompleted && body.Buffer.Length == McpExchange.Of(context).RequestBytes;
        reader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
        return isWhole;
    }
}
