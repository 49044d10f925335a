using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// The last request transform: tells the backend who asks, and the client under which id the call is recorded.
/// </summary>
internal sealed class CallerHeadersTransform : RequestTransform
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        var headers = context.ProxyRequest.Headers;
        headers.Remove(McpHeaders.Subject);
        headers.Remove(McpHeaders.Roles);
        headers.Remove(McpHeaders.RequestId);
        if (exchange.Caller is { } caller)
        {
            headers.TryAddWithoutValidation(McpHeaders.Subject, caller.SubjectHeader);
            headers.TryAddWithoutValidation(McpHeaders.Roles, caller.RoleText);
        }

        if (exchange.Call is not null)
        {
            var requestId = exchange.RequestIdText;
            headers.TryAddWithoutValidation(McpHeaders.RequestId, requestId);
            context.HttpContext.Response.Headers[McpHeaders.RequestId] = requestId;
        }

        PassTraceOn(context, exchange);
        exchange.GatewayUs = exchange.ElapsedUs;
        return ValueTask.CompletedTask;
    }

    // The client's trace goes on as it came, for Sentinel makes no span of its own. YARP leaves these headers to the
    // runtime's activities. Without a trace the request id begins one.
    private static void PassTraceOn(RequestTransformContext context, McpExchange exchange)
    {
        var headers = context.ProxyRequest.Headers;
        if (headers.NonValidated.Contains(TraceParent))
        {
            return;
        }

        var request = context.HttpContext.Request.Headers;
        if (request.TraceParent is not [{ } traceParent])
        {
            headers.TryAddWithoutValidation(TraceParent, StartOfTrace(exchange.RequestIdText));
            return;
        }

        headers.TryAddWithoutValidation(TraceParent, traceParent);
        if (request.TraceState is { Count: > 0 } traceState && !headers.NonValidated.Contains(TraceState))
        {
            headers.TryAddWithoutValidation(TraceState, (IEnumerable<string?>)traceState);
        }
    }

    // version "-" trace-id "-" parent-id "-" flags; the parent is the id's random half, whose variant bits are never all 0.
    private static string StartOfTrace(string id) =>
        $"00-{id.AsSpan(0, 8)}{id.AsSpan(9, 4)}{id.AsSpan(14, 4)}{id.AsSpan(19, 4)}{id.AsSpan(24)}"
        + $"-{id.AsSpan(19, 4)}{id.AsSpan(24)}-00";
}
