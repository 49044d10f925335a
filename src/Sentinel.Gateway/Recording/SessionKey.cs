using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>
/// A caller's session with a backend: answers and cancellations belong to calls of the same session only.
/// </summary>
internal readonly record struct SessionKey(string Backend, string? Issuer, string Subject, string Id)
{
    /// <summary>The session that the request names; null where its revision has none.</summary>
    public static SessionKey? Of(HttpContext context, McpExchange exchange)
    {
        string? id = context.Request.Headers[McpHeaders.SessionId];
        return string.IsNullOrEmpty(id) || McpRevisions.IsModern(exchange.ProtocolVersion) ? null : Of(exchange, id);
    }

    /// <summary>The session of an HTTP+SSE server, which is where it takes messages: path and query.</summary>
    /// <param name="exchange">The stream's exchange, or that of a message to the endpoint.</param>
    /// <param name="endpoint">Path and query, escaped.</param>
    public static SessionKey OfEndpoint(McpExchange exchange, string endpoint)
    {
        // Escapes that need not be may be spelled in several ways.
        var end = endpoint.IndexOfAny(['?', '#']);
        var path = PathString.FromUriComponent(end < 0 ? endpoint : endpoint[..end]).ToUriComponent();
        var query = end < 0 ? "" : endpoint[end..].Split('#')[0];
        return Of(exchange, path + query);
    }

    // A session id is visible ASCII of the server's choice and may look like a path: it would be the server's own.
    private static SessionKey Of(McpExchange exchange, string id) =>
        new(exchange.Backend, exchange.Caller?.Issuer, exchange.Caller?.Subject ?? Caller.AnonymousSubject, id);
}
