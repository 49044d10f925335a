using System.Buffers;
using System.Net;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>Reads <c>host</c> and <c>host:port</c> as browsers write them.</summary>
internal static class HostText
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    private static readonly SearchValues<char> DottedDigits = SearchValues.Create(".0123456789");

    /// <summary>Parts the host from its port.</summary>
    /// <param name="host">A Host header, or what follows an origin's scheme.</param>
    /// <param name="name">The host without port and final dot; an IPv6 address without its brackets.</param>
    /// <returns>Whether it is a host at all.</returns>
    public static bool TryReadName(ReadOnlySpan<char> host, out ReadOnlySpan<char> name)
    {
        if (host.StartsWith('['))
        {
            var end = host.IndexOf(']');
            name = end > 0 ? host[1..end] : [];
            return end > 0 && IsPort(host[(end + 1)..]) && IsIPv6(name);
        }

        var colon = host.IndexOf(':');
        name = colon < 0 ? host : host[..colon];
        if (name.EndsWith('.'))
        {
            name = name[..^1];
        }

        return (colon < 0 || IsPort(host[colon..])) && IsName(name);
    }

    public static bool IsName(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(NameCharacters);

    /// <summary>Whether a name that was read is an address: no DNS server has a say in where it leads.</summary>
    public static bool IsAddress(ReadOnlySpan<char> name) => IsIPv4(name) || IsIPv6(name);

    public static bool IsLoopbackAddress(ReadOnlySpan<char> name) =>
        (IsIPv4(name) && name.StartsWith("127.", StringComparison.Ordinal)) || name is "::1";

    // Four decimal parts: the shorter and the hexadecimal forms are no addresses to everybody.
    private static bool IsIPv4(ReadOnlySpan<char> name) =>
        !name.ContainsAnyExcept(DottedDigits) && name.Count('.') == 3 && IPAddress.IsValid(name);

    private static bool IsIPv6(ReadOnlySpan<char> name) => name.Contains(':') && IPAddress.IsValid(name);

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.IsEmpty
        || (text[0] == ':' && text.Length is > 1 and <= 6 && !text[1..].ContainsAnyExcept(Digits));
}
