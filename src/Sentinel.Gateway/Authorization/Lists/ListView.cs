using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Mcp.Lists;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization.Lists;

/// <summary>What one caller is shown of one backend's lists: what a call could be allowed for.</summary>
internal sealed class ListView
{
    private static readonly ListKind[] OnAnyStream = [.. ListKinds.All];

    private readonly SeenTools _seen;
    private readonly ConfigurationSnapshot _snapshot;
    private readonly IReadOnlyList<string> _roles;
    private readonly string _backend;
    private readonly PinningMode _pinning;

    private ListView(SeenTools seen, ConfigurationSnapshot snapshot, McpExchange exchange, PinningMode pinning)
    {
        _seen = seen;
        _snapshot = snapshot;
        _roles = exchange.Caller?.Roles ?? [];
        _backend = exchange.Backend;
        _pinning = pinning;
        Hides = snapshot.Sentinel.Rbac.Mode is RbacMode.Enforce;
    }

    /// <summary>Whether the policy bites; otherwise lists pass as they came, and tools are only looked at.</summary>
    public bool Hides { get; }

    /// <summary>
    /// The view of the caller of an exchange; null where its answer brings no list, or one that passes as it came.
    /// </summary>
    public static ListView? Of(HttpContext context, McpExchange exchange, SeenTools seen)
    {
        var asked = Asked(context, exchange);
        if (asked.Length == 0)
        {
            return null;
        }

        var snapshot = ConfigurationSnapshot.Of(context);
        var pinning = asked.Contains(ListKind.Tools) ? snapshot.Pins.ModeOf(exchange.Backend) : PinningMode.Off;
        var view = new ListView(seen, snapshot, exchange, pinning);
        return pinning is not PinningMode.Off || (view.Hides && view.Touches(exchange.ProtocolVersion, asked))
            ? view
            : null;
    }

    /// <inheritdoc cref="ShowsItem"/>
    public bool Shows(ListKind kind, string name, ReadOnlySpan<byte> item)
    {
        if (kind is ListKind.Tools
            && _pinning is not PinningMode.Off
            && _seen.See(_snapshot.Pins, _backend, name, item.ToArray()) is not PinState.Approved
            && _pinning is PinningMode.Deny)
        {
            return false;
        }

        return !Hides
            || _snapshot.Policy.DecideVisibility(_roles, _backend, ListTargets.Of(kind), name).IsAllowed;
    }

    // Only the modern revision has a cache scope; "public" is not true of any list here, for others may see less.
    private bool Touches(string? revision, ListKind[] asked) =>
        McpRevisions.IsModern(revision)
        || !Array.TrueForAll(asked, kind => _snapshot.Policy.AllowsAll(_roles, _backend, ListTargets.Of(kind)));

    // Up to 2025-11-25 any answer of a session may come on a GET stream, to whichever request.
    private static ListKind[] Asked(HttpContext context, McpExchange exchange)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return OnAnyStream;
        }

        ListKind[] asked = [];
        foreach (var message in exchange.Messages)
        {
            if (ListKinds.AskedBy(message.Known) is { } kind)
            {
                asked = [.. asked, kind];
            }
        }

        return asked;
    }
}
