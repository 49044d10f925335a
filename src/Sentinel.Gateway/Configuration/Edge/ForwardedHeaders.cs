using System.Net;
using Microsoft.Extensions.Primitives;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>Puts what trusted proxies say of the client in the place of what the connection shows.</summary>
internal static class ForwardedHeaders
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    public static void Apply(HttpContext context, TrustedNetwork[] proxies)
    {
        if (proxies.Length == 0
            || context.Connection.RemoteIpAddress is not { } peer
            || !IsTrusted(peer, proxies))
        {
            return;
        }

        var headers = context.Request.Headers;
        if (Client(headers[For], proxies) is { } client)
        {
            context.Connection.RemoteIpAddress = client;
            context.Connection.RemotePort = 0;
        }

        // Of these the nearest proxy's word counts, not the one as many hops away as the client: proxies append to
        // one header and overwrite another, so that places in the lists say nothing.
        if (Last(headers[Proto]) is { } proto)
        {
            context.Request.Scheme =
                proto.Equals("https", StringComparison.OrdinalIgnoreCase) ? "https"
                : proto.Equals("http", StringComparison.OrdinalIgnoreCase) ? "http"
                : context.Request.Scheme;
        }

        if (Last(headers[Host]) is { Length: > 0 } host)
        {
            headers.Host = host;
        }
    }

    /// <summary>The first address from the right that no trusted proxy has, or else the leftmost.</summary>
    /// <remarks>What is further left anybody may have written.</remarks>
    private static IPAddress? Client(StringValues header, TrustedNetwork[] proxies)
    {
        IPAddress? client = null;
        for (var i = header.Count - 1; i >= 0; i--)
        {
            var rest = header[i].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (!TryReadAddress(rest[(comma + 1)..].Trim(), out var address))
                {
                    // "unknown", or garbage: nobody further left can be vouched for.
                    return client;
                }

                client = address;
                if (!IsTrusted(address, proxies))
                {
                    return client;
                }

                if (comma < 0)
                {
                    break;
                }

                rest = rest[..comma];
            }
        }

        return client;
    }

    // An address, with a port or without, as proxies of all kinds write it.
    private static bool TryReadAddress(ReadOnlySpan<char> text, out IPAddress address)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is var end and > 0)
        {
            text = text[1..end];
        }
        else if (text.Count(':') == 1)
        {
            text = text[..text.IndexOf(':')];
        }

        address = IPAddress.None;
        var isAddress = (text.Contains(':') || text.Count('.') == 3) && IPAddress.TryParse(text, out address!);
        address = isAddress && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return isAddress;
    }

    private static bool IsTrusted(IPAddress address, TrustedNetwork[] proxies)
    {
        // A listener for both families shows IPv4 peers as ::ffff:a.b.c.d.
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(proxies, network => network.Contains(bare));
    }

    private static string? Last(StringValues header)
    {
        if (header.Count == 0 || header[^1] is not { } value)
        {
            return null;
        }

        var comma = value.LastIndexOf(',');
        return comma < 0 ? value : value[(comma + 1)..].Trim();
    }
}
