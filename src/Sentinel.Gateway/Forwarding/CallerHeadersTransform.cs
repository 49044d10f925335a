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

    // A client's trace has been copied and goes on as it came, for Sentinel makes no span of its own. Without one the
    // request id begins it.
    private static void BeginTrace(HttpRequestHeaders headers, McpExchange exchange)
    {
        if (!headers.NonValidated.Contains(TraceParent))
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
