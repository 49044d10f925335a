using System.Net;
using System.Net.Sockets;

namespace Sentinel.Gateway.Rbac;

/// <summary>The part of a URI that names a host: two slashes, the host, and a port.</summary>
internal static class UriAuthority
{
    private const int PortCharsMax = 5;

    // Braces for templates. Other punctuation RFC 3986 allows, and readers part hosts at it.
    private static readonly System.Buffers.SearchValues<char> LabelChars = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~+{}");

    /// <summary>Whether all readers find the same host in it; no authority is safe too.</summary>
    /// <remarks>
    /// Of <c>//elsewhere.org:8.example.com</c> one makes a host below example.com, another the port 8 of elsewhere.org.
    /// </remarks>
    public static bool IsSafe(ReadOnlySpan<char> authority)
    {
        if (authority is "" or "//")
        {
            return true;
        }

        var host = authority[2..];
        var end = host.StartsWith('[') ? host.IndexOf(']') + 1 : host.IndexOf(':');
        var port = end < 0 ? default : host[end..];
        host = end < 0 ? host : host[..end];
        return IsSafeHost(host) && (port.IsEmpty || IsPort(port));
    }

    /// <summary>As forms of <c>Deny</c> spell it: without user, default port and last dot; of files no host.</summary>
    public static string Spell(string authority, string scheme)
    {
        var host = authority[(Math.Max(1, authority.LastIndexOf('@')) + 1)..].ToLowerInvariant();
        var port = scheme switch
        {
            "http" or "ws" => ":80",
            "https" or "wss" => ":443",
            _ => ":",
        };
        host = host.EndsWith(port, StringComparison.Ordinal) ? host[..^port.Length] : host;
        host = host.TrimEnd(':').TrimEnd('.');
        return scheme == "file" && host is "localhost" or "127.0.0.1" ? "//" : $"//{host}";
    }

    private static bool IsSafeHost(ReadOnlySpan<char> host)
    {
        if (host.StartsWith('['))
        {
            // Without a zone, which only its own machine understands.
            return !host.Contains('%')
                && IPAddress.TryParse(host[1..^1], out var address)
                && address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        foreach (var label in host.Split('.'))
        {
            if (host[label].IsEmpty || host[label].ContainsAnyExcept(LabelChars))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> port) =>
        port[0] == ':' && port.Length is > 1 and <= 1 + PortCharsMax && !port[1..].ContainsAnyExceptInRange('0', '9');
}
