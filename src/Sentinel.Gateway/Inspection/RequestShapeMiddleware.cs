using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Inspection;

/// <summary>Refuses what no MCP client sends, before anything else looks at it.</summary>
internal sealed class RequestShapeMiddleware(RequestDelegate next)
{
    private static readonly string[] Single =
        [McpHeaders.ProtocolVersion, McpHeaders.SessionId, McpHeaders.Method, McpHeaders.Name];

    public Task InvokeAsync(HttpContext context)
    {
        var refusal = Judge(context);
        return refusal is null ? next(context) : RefusalWriter.WriteAsync(context, refusal).AsTask();
    }

    private static Refusal? Judge(HttpContext context)
    {
        // YARP would forward any method, and WebSockets; over HTTP/2 those come as CONNECT.
        if (!IsServed(context.Request.Method) || context.Request.Headers.Upgrade.Count > 0)
        {
            return Refusal.MethodNotAllowed;
        }

        foreach (var name in Single)
        {
            if (context.Request.Headers[name].Count > 1)
            {
                return Refusal.RepeatedHeader;
            }
        }

        // Two lines of one header may have been laid together on the way.
        return context.Request.Headers[McpHeaders.ProtocolVersion].ToString().Contains(',', StringComparison.Ordinal)
            ? Refusal.RepeatedHeader
            : null;
    }

    private static bool IsServed(string method) =>
        HttpMethods.IsPost(method)
        || HttpMethods.IsGet(method)
        || HttpMethods.IsDelete(method)
        || HttpMethods.IsOptions(method);
}
