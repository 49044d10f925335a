namespace Sentinel.Gateway.Rbac;

/// <summary>
/// A pattern of URIs with wildcards in scheme or host, which must not reach beyond them: <c>https://*.example.com/*</c>
/// means hosts, and not <c>https://elsewhere.org/.example.com/</c>.
/// </summary>
internal sealed class UriPattern
{
    private readonly Glob _scheme;
    private readonly Glob _authority;
    private readonly Glob _path;

    private UriPattern(Parts parts)
    {
        _scheme = new Glob(parts.Scheme.ToString());
        _authority = new Glob(parts.Authority.ToString());

        // A star that nothing follows means all the rest, as in https://*.
        _path = new Glob(parts.Path.IsEmpty && parts.Authority.EndsWith('*') ? "*" : parts.Path.ToString());
    }

    /// <param name="pattern">A pattern of <c>Allow</c>, spelled as normal forms are.</param>
    /// <returns>Null where its wildcards cannot reach too far.</returns>
    public static UriPattern? Of(string pattern) =>
        Parts.TryRead(pattern, "/", out var parts) && !Glob.IsLiteralText($"{parts.Scheme}{parts.Authority}")
            ? new UriPattern(parts)
            : null;

    /// <param name="uri">A safe normal form.</param>
    public bool Matches(ReadOnlySpan<char> uri) =>
        Parts.TryRead(uri, "/?", out var parts)
        && _scheme.Matches(parts.Scheme)
        && _authority.Matches(parts.Authority)
        && _path.Matches(parts.Path);

    private readonly ref struct Parts
    {
        public ReadOnlySpan<char> Scheme { get; private init; }

        public ReadOnlySpan<char> Authority { get; private init; }

        public ReadOnlySpan<char> Path { get; private init; }

        // False where there is no authority.
        public static bool TryRead(ReadOnlySpan<char> uri, ReadOnlySpan<char> ends, out Parts parts)
        {
            var colon = uri.IndexOf(':');
            if (colon < 0 || !uri[colon..].StartsWith("://"))
            {
                parts = default;
                return false;
            }

            var rest = uri[(colon + 3)..];
            var end = rest.IndexOfAny(ends);
            end = end < 0 ? rest.Length : end;
            parts = new Parts { Scheme = uri[..colon], Authority = rest[..end], Path = rest[end..] };
            return true;
        }
    }
}
