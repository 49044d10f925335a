using System.Net.Http.Headers;
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

        if (exchange.Calls.Length > 0)
        {
            var requestId = exchange.RequestIdText;
            headers.TryAddWithoutValidation(McpHeaders.RequestId, requestId);
            context.HttpContext.Response.Headers[McpHeaders.RequestId] = requestId;
        }

        BeginTrace(headers, exchange);

        // Kept where another destination is tried: the wait for the first was not Sentinel's.
        exchange.GatewayUs ??= exchange.ElapsedUs;
        return ValueTask.CompletedTask;
    }

    // The backend's part is a child of Sentinel's span. Without a span the client's trace has been copied and goes on
    // as it came; without that too the request id begins one.
    private static void BeginTrace(HttpRequestHeaders headers, McpExchange exchange)
    {
        if (exchange.Span is { } span)
        {
            headers.Remove(TraceParent);
            headers.Remove(TraceState);
            headers.TryAddWithoutValidation(TraceParent, span.Id);
            if (span.TraceStateString is { Length: > 0 } state)
            {
                headers.TryAddWithoutValidation(TraceState, state);
            }
        }
        else if (!headers.NonValidated.Contains(TraceParent))
        {
            headers.TryAddWithoutValidation(TraceParent, StartOfTrace(exchange.RequestIdText));
        }
    }

    // version "-" trace-id "-" parent-id "-" flags; the parent is the id's random half, whose variant bits are never
    // all 0.
    private static string StartOfTrace(string id) =>
        $"00-{id.AsSpan(0, 8)}{id.AsSpan(9, 4)}{id.AsSpan(14, 4)}{id.AsSpan(19, 4)}{id.AsSpan(24)}"
        + $"-{id.AsSpan(19, 4)}{id.AsSpan(24)}-00";
}
