using System.Net;
using Microsoft.Extensions.Primitives;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// The first response transform: what a backend may not tell a client is dropped, rewritten or refused.
/// </summary>
internal sealed class BackendAnswerTransform : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } answer)
        {
            return ValueTask.CompletedTask;
        }

        var exchange = McpExchange.Of(context.HttpContext);
        exchange.FirstByteUs = exchange.ElapsedUs;

        // A backend's challenge names the wrong resource: the client's credential was not what it saw.
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return RefuseAsync(context, Refusal.BackendRefused);
        }

        if (answer.Headers.Location is { } location && !TryRewrite(context, answer, location))
        {
            return RefuseAsync(context, Refusal.BackendRedirected);
        }

        DropHeaders(context.HttpContext.Response.Headers, exchange);
        return ValueTask.CompletedTask;
    }

    private static bool TryRewrite(ResponseTransformContext context, HttpResponseMessage answer, Uri location)
    {
        if (answer.RequestMessage?.RequestUri is not { } requested)
        {
            return false;
        }

        var request = context.HttpContext.Request;
        var clientPath = (request.PathBase + request.Path).ToUriComponent();
        if (BackendPath.ToClient(location, requested, clientPath) is not { } path)
        {
            return false;
        }

        context.HttpContext.Response.Headers.Location = path;
        return true;
    }

    private static void DropHeaders(IHeaderDictionary headers, McpExchange exchange)
    {
        headers.Remove("Set-Cookie");
        List<string>? dropped = null;
        foreach (var header in headers)
        {
            if (header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith(McpHeaders.SentinelPrefix, StringComparison.OrdinalIgnoreCase))
            {
                (dropped ??= []).Add(header.Key);
            }
        }

        foreach (var name in dropped ?? [])
        {
            headers.Remove(name);
        }

        // The backend's own header of that name was copied over ours.
        if (exchange.Call is not null)
        {
            headers[McpHeaders.RequestId] = new StringValues(exchange.RequestId.ToString());
        }
    }

    private static ValueTask RefuseAsync(ResponseTransformContext context, Refusal refusal)
    {
        context.SuppressResponseBody = true;
        return RefusalWriter.WriteAsync(context.HttpContext, refusal);
    }
}
