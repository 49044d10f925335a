using System.Net;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Forwarding;

/// <summary>
/// The first response transform: what a backend may not tell a client is dropped, rewritten or refused.
/// </summary>
/// <param name="backend">What is sent to the backend in the clients' place; null for nothing.</param>
/// <param name="tokens">Told of a token that the backend does not take.</param>
internal sealed class BackendAnswerTransform(BackendSettings? backend, BackendTokens tokens) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } answer)
        {
            return ValueTask.CompletedTask;
        }

        var exchange = McpExchange.Of(context.HttpContext);
        exchange.FirstByteUs = exchange.ElapsedUs;

        if (backend?.ClientCredentials is { } grant && answer.StatusCode is HttpStatusCode.Unauthorized)
        {
            tokens.Reject(grant);
        }

        // A backend's challenge names the wrong resource, unless the client's own token was what it saw.
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            && backend is not { ForwardAuthorization: true })
        {
            return RefuseAsync(context, Refusal.BackendRefused);
        }

        if (answer.Headers.Location is { } location && !TryRewrite(context, answer, location))
        {
            return RefuseAsync(context, Refusal.BackendRedirected);
        }

        DropHeaders(context.HttpContext.Response.Headers, answer, exchange);
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

    // What the backend sent names what has to go: its headers can be walked without an allocation, those copied cannot.
    private static void DropHeaders(IHeaderDictionary headers, HttpResponseMessage answer, McpExchange exchange)
    {
        foreach (var header in answer.Headers.NonValidated)
        {
            if (header.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith(McpHeaders.SentinelPrefix, StringComparison.OrdinalIgnoreCase))
            {
                headers.Remove(header.Key);
            }
        }

        // The backend's own header of that name was copied over ours.
        if (exchange.Calls.Length > 0)
        {
            headers[McpHeaders.RequestId] = exchange.RequestIdText;
        }
    }

    private static ValueTask RefuseAsync(ResponseTransformContext context, Refusal refusal)
    {
        context.SuppressResponseBody = true;
        return RefusalWriter.WriteAsync(context.HttpContext, refusal);
    }
}
