using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Sessions;

/// <summary>The endpoint of an HTTP+SSE session as clients see it: its path, and all of it sealed in a query.</summary>
internal sealed class SealedEndpoint(SessionSeals seals)
{
    private const string Query = "?sentinel-session=";

    // What the official servers call a session in their own queries.
    private static readonly string[] OwnNames = ["sessionId", "session_id"];

    /// <inheritdoc cref="SealEndpoint"/>
    public string? Seal(HttpContext context, string endpoint)
    {
        // Clients keep a fragment to themselves.
        endpoint = endpoint.Split('#')[0];
        var destination = context.GetReverseProxyFeature().ProxiedDestination!.DestinationId;
        var seal = seals.Of(ConfigurationSnapshot.Of(context));
        var text = seal.Seal(SealKind.Endpoint, SessionOwner.Of(McpExchange.Of(context)), destination, endpoint);
        return text is null ? null : PathOf(endpoint) + Query + text;
    }

    /// <summary>The sealed text of a request's query; null where it has none.</summary>
    public static string? TextOf(QueryString query) =>
        query.Value is { } value && value.StartsWith(Query, StringComparison.Ordinal) ? value[Query.Length..] : null;

    /// <summary>Whether a query names a session in the servers' own way, which this gateway never hands out.</summary>
    public static bool IsUnsealed(HttpRequest request) =>
        request.QueryString.HasValue
        && HttpMethods.IsPost(request.Method)
        && Array.Exists(OwnNames, request.Query.ContainsKey);

    /// <summary>Gives the request the query that the server expects.</summary>
    /// <returns>False where the endpoint has another path than was asked for.</returns>
    public static bool TryRestore(HttpRequest request, string endpoint)
    {
        var path = PathOf(endpoint);
        if (!PathString.FromUriComponent(path).Equals(request.PathBase + request.Path, StringComparison.Ordinal))
        {
            return false;
        }

        request.QueryString = new QueryString(endpoint[path.Length..]);
        return true;
    }

    private static string PathOf(string endpoint) =>
        endpoint.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? endpoint[..query] : endpoint;
}
