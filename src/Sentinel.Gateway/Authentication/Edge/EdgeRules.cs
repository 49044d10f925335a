using System.Collections.Frozen;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Edge;

namespace Sentinel.Gateway.Authentication.Edge;

/// <summary>By which hosts, and from which web pages, one snapshot lets itself be called.</summary>
/// <remarks>Judging allocates nothing: it happens to every request.</remarks>
internal sealed class EdgeRules
{
    private const string Http = "http://";
    private const string Https = "https://";

    private readonly HostRules _hosts;
    private readonly bool _isAnyOrigin;
    private readonly (string Scheme, string Suffix)[] _originWildcards;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _origins;

    public EdgeRules(SentinelOptions options)
    {
        PublicUrl = options.PublicUrl;
        TrustedProxies = [.. options.TrustedProxies];
        _hosts = new HostRules(options.AllowedHosts, PublicUrl?.Host);
        _isAnyOrigin = options.AllowedOrigins.Any(pattern => pattern.IsAny);
        _originWildcards = [.. options.AllowedOrigins.Select(pattern => pattern.Wildcard).OfType<(string, string)>()];
        _origins = Lookup(options.AllowedOrigins.Select(pattern => pattern.Text).Append(PublicUrl?.Text));
    }

    public HttpOrigin? PublicUrl { get; }

    public TrustedNetwork[] TrustedProxies { get; }

    /// <param name="host">The Host header, with or without a port.</param>
    public bool AllowsHost(ReadOnlySpan<char> host) => _hosts.Allows(host);

    /// <inheritdoc cref="HostRules.VouchesFor"/>
    public bool VouchesForHost(ReadOnlySpan<char> host) => _hosts.VouchesFor(host);

    /// <param name="origin">The Origin header.</param>
    public bool AllowsOrigin(ReadOnlySpan<char> origin)
    {
        if (_isAnyOrigin || _origins.Contains(origin))
        {
            return true;
        }

        // Only programs spell a scheme's own port out; browsers leave it away.
        var bare = WithoutOwnPort(origin);
        return (bare.Length < origin.Length && _origins.Contains(bare))
            || IsLoopback(bare)
            || MatchesWildcard(bare);
    }

    private bool MatchesWildcard(ReadOnlySpan<char> origin)
    {
        foreach (var (scheme, suffix) in _originWildcards)
        {
            if (origin.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && origin.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && origin.Length > scheme.Length + suffix.Length
                && HostText.IsName(origin[scheme.Length..^suffix.Length]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLoopback(ReadOnlySpan<char> origin)
    {
        var authority = AfterScheme(origin);
        return !authority.IsEmpty
            && HostText.TryReadName(authority, out var name)
            && (name.Equals(HostRules.LocalHost, StringComparison.OrdinalIgnoreCase)
                || HostText.IsLoopbackAddress(name));
    }

    private static ReadOnlySpan<char> AfterScheme(ReadOnlySpan<char> origin) =>
        origin.StartsWith(Http, StringComparison.OrdinalIgnoreCase) ? origin[Http.Length..]
        : origin.StartsWith(Https, StringComparison.OrdinalIgnoreCase) ? origin[Https.Length..]
        : [];

    private static ReadOnlySpan<char> WithoutOwnPort(ReadOnlySpan<char> origin)
    {
        const string HttpPort = ":80";
        const string HttpsPort = ":443";
        return origin.StartsWith(Https, StringComparison.OrdinalIgnoreCase) && origin.EndsWith(HttpsPort)
            ? origin[..^HttpsPort.Length]
            : origin.StartsWith(Http, StringComparison.OrdinalIgnoreCase) && origin.EndsWith(HttpPort)
                ? origin[..^HttpPort.Length]
                : origin;
    }

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup(IEnumerable<string?> texts) =>
        texts.OfType<string>()
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
}
