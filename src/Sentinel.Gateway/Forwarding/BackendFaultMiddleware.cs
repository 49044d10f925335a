using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Forwarding;

/// <summary>Turns a missing destination, a failed connection or a timeout into an answer that names it.</summary>
internal sealed class BackendFaultMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        var response = context.Response;
        if (response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var fault = context.Features.Get<IForwarderErrorFeature>();
        var error = fault?.Error ?? ForwarderError.None;
        if (error is ForwarderError.RequestTimedOut)
        {
            await RefusalWriter.WriteAsync(context, Refusal.BackendTimeout);
        }
        else if (error is ForwarderError.RequestCreation)
        {
            // A transform failed: on a body that is no proper HTTP (BadHttpRequestException is an IOException, and a
            // chunk longer than can be counted a bare one), or by a fault of ours.
            await RefusalWriter.WriteAsync(
                context, fault?.Exception is IOException ? Refusal.BrokenBody : Refusal.InternalError);
        }
        else if (error is not ForwarderError.None || McpExchange.Of(context).GatewayUs is null)
        {
            // Not forwarded and no error of the forwarder's: load balancing found no destination and left a bare 503.
            await RefusalWriter.WriteAsync(
                context, IsTls(fault?.Exception) ? Refusal.BackendUntrusted : Refusal.BackendUnreachable);
        }
    }

    private static bool IsTls(Exception? exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
}
