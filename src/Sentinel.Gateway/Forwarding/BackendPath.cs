namespace Sentinel.Gateway.Forwarding;

/// <summary>Finds under which path a client reaches what a backend names by its own.</summary>
internal static class BackendPath
{
    /// <summary>Maps a URL that a backend gave to the client's side of the route.</summary>
    /// <param name="target">The URL the backend gave, absolute or relative to <paramref name="requested"/>.</param>
    /// <param name="requested">The URL that was asked of the backend.</param>
    /// <param name="clientPath">The path that the client asked Sentinel for.</param>
    /// <returns>Path, query and fragment; null where the target is another origin's, or outside the route.</returns>
    public static string? ToClient(Uri target, Uri requested, string clientPath)
    {
        var resolved = new Uri(requested, target);
        if (resolved.GetLeftPart(UriPartial.Authority) != requested.GetLeftPart(UriPartial.Authority)
            || resolved.UserInfo.Length > 0)
        {
            return null;
        }

        // What both paths end in is the part the route left alone; what is before it is each side's prefix.
        var backendPath = requested.AbsolutePath;
        var common = CommonEnd(backendPath, clientPath);
        var backendPrefix = backendPath[..^common];
        var clientPrefix = clientPath[..^common];
        var path = resolved.AbsolutePath;
        if (!path.StartsWith(backendPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = path[backendPrefix.Length..];
        if (rest.Length > 0 && rest[0] != '/')
        {
            return null;
        }

        // Clients take what follows two slashes for a host, and an empty path for the page they asked for.
        var mapped = clientPrefix + rest;
        return mapped.StartsWith("//", StringComparison.Ordinal)
            ? null
            : (mapped.Length == 0 ? "/" : mapped) + resolved.Query + resolved.Fragment;
    }

    // The length of the longest common end that begins at a slash.
    private static int CommonEnd(string left, string right)
    {
        var common = 0;
        for (var i = 1; i <= Math.Min(left.Length, right.Length) && left[^i] == right[^i]; i++)
        {
            if (left[^i] == '/')
            {
                common = i;
            }
        }

        return common;
    }
}
