using System.Buffers;
using System.Collections.Frozen;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Forwarding;

/// <summary>Which of a client's headers no backend sees.</summary>
internal static class PrivateHeaders
{
    public const string Authorization = "Authorization";

    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        Authorization,
        McpHeaders.ApiKey,
        "Proxy-Authorization",
        "Cookie",
        "Origin",
        "Forwarded",
        "X-Real-IP",
        "X-HTTP-Method",
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-Rewrite-URL",
        "Accept-Encoding");

    private static readonly string[] Prefixes = ["X-Forwarded-", "X-Original-", McpHeaders.SentinelPrefix];

    // What Sentinel has checked under its own name must not come a second time under one that looks the same.
    private static readonly string[] CheckedPrefixes = ["Mcp-", "Content-", "Last-Event-", "Host", "Transfer-"];

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool Contains(string name)
    {
        if (Names.Contains(name) || StartsWithAny(Prefixes, name))
        {
            return true;
        }

        return name.AsSpan().ContainsAnyExcept(Plain) && IsLookAlike(name);
    }

    // CGI, WSGI and PHP hand headers on as variables: Sentinel_Subject is the same variable as Sentinel-Subject.
    private static bool IsLookAlike(string name)
    {
        var plain = string.Create(name.Length, name, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '-';
            }
        });
        return Names.Contains(plain) || StartsWithAny(Prefixes, plain) || StartsWithAny(CheckedPrefixes, plain);
    }

    private static bool StartsWithAny(string[] prefixes, string name)
    {
        foreach (var prefix in prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
