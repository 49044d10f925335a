using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Recording;

/// <summary>
/// A request transform, before anything is forwarded: takes up a session's calls, and hears of those it cancels.
/// </summary>
internal sealed class OpenCallsTransform(OpenCalls openCalls) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var http = context.HttpContext;
        var exchange = McpExchange.Of(http);
        if (exchange.Calls.Length > 0 && openCalls.Open(http, exchange) is { } session)
        {
            http.Features.Set(session);
        }

        foreach (var message in exchange.Messages)
        {
            if (message is { Method: McpMethods.Cancelled, RequestId: { } cancelled })
            {
                openCalls.Find(http, exchange)?.Cancel(cancelled);
            }
        }

        return ValueTask.CompletedTask;
    }
}
