using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// The last request transform: tells the backend who asks, and the client under which id the call is recorded.
/// </summary>
internal sealed class CallerHeadersTransform : RequestTransform
{
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
            var requestId = exchange.RequestId.ToString();
            headers.TryAddWithoutValidation(McpHeaders.RequestId, requestId);
            context.HttpContext.Response.Headers[McpHeaders.RequestId] = requestId;
        }

        exchange.GatewayUs = exchange.ElapsedUs;
        return ValueTask.CompletedTask;
    }
}
