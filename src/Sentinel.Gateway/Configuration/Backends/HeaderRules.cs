using System.Buffers;

namespace Sentinel.Gateway.Configuration.Backends;

/// <summary>Which headers an operator may set for a backend.</summary>
internal static class HeaderRules
{
    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly string[] SecretParts = ["authorization", "token", "apikey", "secret", "password", "cookie"];

    // What belongs to the connection, to the message, or to Sentinel.
    private static readonly string[] Taken =
    [
        "Host", "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade",
        "Expect", "Content-Length", "Content-Type", "Content-Encoding", "Accept", "Accept-Encoding", "Last-Event-ID",
        "traceparent",
    ];

    private static readonly string[] TakenPrefixes = ["Sentinel-", "X-Forwarded-", "Mcp-"];

    /// <summary>Why that header cannot be set; null if it can.</summary>
    public static string? NameProblem(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
        {
            return "this is no header's name; write one such as Authorization";
        }

        return Taken.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(TakenPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            ? $"{name} is set by Sentinel or belongs to the message; remove it"
            : null;
    }

    public static bool HoldsSecret(string name)
    {
        var bare = name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        return Array.Exists(SecretParts, part => bare.Contains(part, StringComparison.OrdinalIgnoreCase));
    }

    public static bool IsValue(string value) =>
        value.Length > 0 && value.Trim() == value && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
