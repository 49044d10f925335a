using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Sessions;

/// <summary>A response transform: no client ever sees a backend's own session id.</summary>
internal sealed class SessionTransform(SessionSeals seals) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var http = context.HttpContext;
        var headers = http.Response.Headers;
        var id = headers[McpHeaders.SessionId];
        if (id.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        if (McpRevisions.IsModern(http.Request.Headers[McpHeaders.ProtocolVersion]))
        {
            headers.Remove(McpHeaders.SessionId);
            return ValueTask.CompletedTask;
        }

        if ((id.Count == 1 ? Seal(http, id.ToString()) : null) is { } text)
        {
            headers[McpHeaders.SessionId] = text;
            return ValueTask.CompletedTask;
        }

        context.SuppressResponseBody = true;
        return RefusalWriter.WriteAsync(http, Refusal.BackendSessionUnusable);
    }

    private string? Seal(HttpContext http, string id)
    {
        // Servers repeat the id in every answer of a session; the client gets its own back.
        if (http.Features[typeof(OpenedSession)] is OpenedSession opened && opened.Id == id)
        {
            return opened.Sealed;
        }

        return seals.Of(ConfigurationSnapshot.Of(http)).Seal(
            SealKind.Session,
            SessionOwner.Of(McpExchange.Of(http)),
            http.GetReverseProxyFeature().ProxiedDestination!.DestinationId,
            id);
    }
}
