using Sentinel.Gateway.Authentication.Edge;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Authentication.Metadata;

/// <summary>What one snapshot tells clients of where tokens come from (RFC 9728).</summary>
internal sealed class ProtectedResource
{
    private readonly string? _publicUrl;
    private readonly EdgeRules _edge;
    private readonly AzureAdOptions? _entra;
    private readonly string[] _scopes;

    public ProtectedResource(ConfigurationSnapshot snapshot)
    {
        var authentication = snapshot.Sentinel.Authentication;
        _publicUrl = snapshot.Sentinel.PublicUrl?.Text;
        _edge = new EdgeRules(snapshot.Sentinel);
        AuthorizationServers =
        [
            .. authentication?.Issuers.Select(issuer => issuer.Authority) ?? [],
            .. authentication?.AzureAd is { } entra ? [EntraAddress.Of(entra).Authority] : Array.Empty<string>(),
        ];
        _entra = authentication?.AzureAd;
        _scopes = [.. authentication?.Issuers.SelectMany(issuer => issuer.Scopes) ?? []];
    }

    /// <summary>The issuers' identifiers; empty where no token is taken, and there is nothing to tell.</summary>
    public IReadOnlyList<string> AuthorizationServers { get; }

    /// <summary>What clients of a resource have to ask for; empty where no issuer demands any.</summary>
    /// <remarks>Entra ID knows a scope by the API that it belongs to, whose address is the resource's.</remarks>
    public IReadOnlyList<string> Scopes(string? resource)
    {
        var api = _entra?.Audience is { Length: > 0 } audience ? audience.TrimEnd('/') : resource;
        var ofEntra = (_entra?.Scopes ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(scope => api is null || scope.Contains("://", StringComparison.Ordinal) ? scope : $"{api}/{scope}");
        return [.. _scopes.Concat(ofEntra).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Scheme and authority that clients call by, without a slash at the end; null where nobody vouches for
    /// them.</summary>
    /// <remarks>
    /// <c>PublicUrl</c>; or, lacking it, the request's own host where it is an address, localhost, or written in
    /// <c>AllowedHosts</c>. A name that passed only because every name does could be anybody's.
    /// </remarks>
    private string? Origin(HttpRequest request)
    {
        if (_publicUrl is not null)
        {
            return _publicUrl;
        }

        string? host = request.Headers.Host;
        return _edge.VouchesForHost(host) ? $"{request.Scheme}://{host}" : null;
    }

    /// <summary>The URL of a path as clients call it; null as for <see cref="Origin"/>.</summary>
    public string? Resource(HttpRequest request, PathString path) =>
        Origin(request) is { } origin ? origin + path.ToUriComponent().TrimEnd('/') : null;
}
