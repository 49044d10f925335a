using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Sessions;

/// <summary>
/// Before load balancing: opens what names a session, and leaves only the destination that made it to choose from.
/// </summary>
internal sealed class SessionMiddleware(RequestDelegate next, SessionSeals seals, InspectRequest inspect)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var endpoint = SealedEndpoint.TextOf(request.QueryString);
        if (McpRevisions.IsModern(request.Headers[McpHeaders.ProtocolVersion]))
        {
            // From 2026-07-28 on there are no sessions: whatever the header says means nothing to anybody.
            request.Headers.Remove(McpHeaders.SessionId);
        }

        var id = request.Headers[McpHeaders.SessionId];
        var isKnown = endpoint is null
            ? (id.Count == 0 || TryOpen(context, id.ToString())) && !SealedEndpoint.IsUnsealed(request)
            : id.Count == 0 && TryOpenEndpoint(context, endpoint);
        return isKnown ? next(context) : RefuseAsync(context);
    }

    // From here on the request names the session as the backend does: so do Recording's keys and hashes.
    private bool TryOpen(HttpContext context, string text)
    {
        if (Open(context, SealKind.Session, text) is not { } opened)
        {
            return false;
        }

        context.Request.Headers[McpHeaders.SessionId] = opened.Id;
        context.Features[typeof(OpenedSession)] = opened;
        return true;
    }

    private bool TryOpenEndpoint(HttpContext context, string text) =>
        Open(context, SealKind.Endpoint, text) is { } opened
        && SealedEndpoint.TryRestore(context.Request, opened.Id);

    private OpenedSession? Open(HttpContext context, SealKind kind, string text)
    {
        var owner = SessionOwner.Of(McpExchange.Of(context));
        var opened = seals.Of(ConfigurationSnapshot.Of(context)).Open(kind, owner, text);
        return opened is not null && TryChoose(context.GetReverseProxyFeature(), opened.Destination) ? opened : null;
    }

    // A session lives in one process. While that is only unhealthy the session may yet be there, so its client is told
    // that the server cannot be reached; once it is gone from the configuration the client may as well begin anew.
    private static bool TryChoose(IReverseProxyFeature proxy, string destination)
    {
        if (Find(proxy.AvailableDestinations, destination) is { } available)
        {
            proxy.AvailableDestinations = available;
            return true;
        }

        proxy.AvailableDestinations = [];
        return Find(proxy.AllDestinations, destination) is not null;
    }

    private static DestinationState? Find(IReadOnlyList<DestinationState> destinations, string id)
    {
        for (var i = 0; i < destinations.Count; i++)
        {
            if (destinations[i].DestinationId.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                return destinations[i];
            }
        }

        return null;
    }

    private async Task RefuseAsync(HttpContext context)
    {
        // Nobody's session, so that no row may claim it.
        context.Request.Headers.Remove(McpHeaders.SessionId);
        try
        {
            // For the request's id; a fault in the body changes nothing any more.
            McpExchange.Of(context).Refusal = Refusal.SessionUnknown;
            await inspect(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // No whole body, or none soon: no id.
        }

        await RefusalWriter.WriteAsync(context, Refusal.SessionUnknown);
    }
}
