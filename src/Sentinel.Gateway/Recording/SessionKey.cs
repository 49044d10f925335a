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
        // Clients and servers escape differently what need not be escaped.
        var canonical = Uri.TryCreate("http://endpoint" + endpoint, UriKind.Absolute, out var url)
            ? url.PathAndQuery
            : endpoint;
        return Of(exchange, canonical);
    }

    // A session id is visible ASCII of the server's choice and may look like a path: it would be the server's own.
    private static SessionKey Of(McpExchange exchange, string id) =>
        new(exchange.Backend, exchange.Caller?.Issuer, exchange.Caller?.Subject ?? Caller.AnonymousSubject, id);
}
