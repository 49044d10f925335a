using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Forwarding.Destinations;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding;

/// <summary>Turns a missing destination, a failed connection or a timeout into an answer that names it.</summary>
internal sealed class BackendFaultMiddleware(RequestDelegate next, CircuitBreaker breaker)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        var response = context.Response;
        if (!response.HasStarted && !context.RequestAborted.IsCancellationRequested && Find(context) is { } refusal)
        {
            await RefusalWriter.WriteAsync(context, refusal);
        }
    }

    private Refusal? Find(HttpContext context)
    {
        var fault = context.Features.Get<IForwarderErrorFeature>();
        if (BackendTimeouts.Of(fault) is { } limit)
        {
            return limit switch
            {
                TimeLimit.Connect => Refusal.BackendConnectTimeout,
                TimeLimit.Total => Refusal.BackendTotalTimeout,
                _ => Refusal.BackendTimeout,
            };
        }

        return (fault?.Error ?? ForwarderError.None) switch
        {
            // A transform failed: on a body that is no proper HTTP (BadHttpRequestException is an IOException, and a
            // chunk longer than can be counted a bare one), or by a fault of ours.
            ForwarderError.RequestCreation =>
                fault!.Exception is IOException ? Refusal.BrokenBody : Refusal.InternalError,

            // Not forwarded and no error of the forwarder's: no destination was left.
            ForwarderError.NoAvailableDestinations => NoDestination(context),
            ForwarderError.None => McpExchange.Of(context).GatewayUs is null ? NoDestination(context) : null,
            _ => IsTls(fault?.Exception) ? Refusal.BackendUntrusted : Refusal.BackendUnreachable,
        };
    }

    private Refusal NoDestination(HttpContext context) =>
        breaker.RetryAfter(context.GetReverseProxyFeature()) is { } seconds
            ? Refusal.CircuitOpen(seconds)
            : Refusal.BackendUnreachable;

    private static bool IsTls(Exception? exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
}
