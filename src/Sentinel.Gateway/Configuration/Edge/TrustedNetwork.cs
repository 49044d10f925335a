using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>Where proxies stand whose <c>X-Forwarded-*</c> headers are believed: an address, or a network.</summary>
internal sealed class TrustedNetwork : IParsable<TrustedNetwork>
{
    private readonly string _text;
    private readonly IPNetwork _network;

    private TrustedNetwork(string text, IPNetwork network)
    {
        _text = text;
        _network = network;
    }

    /// <exception cref="FormatException">The text is no network; the message says what to write instead.</exception>
    public static TrustedNetwork Parse(string s, IFormatProvider? provider)
    {
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? s : s[..slash];
        if (!IPAddress.IsValid(address)
            || !(address.Contains(':', StringComparison.Ordinal) || address.AsSpan().Count('.') == 3)
            || address.Contains('%', StringComparison.Ordinal))
        {
            throw Fault(s);
        }

        var first = IPAddress.Parse(address);
        var bits = first.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0
            && (!int.TryParse(s[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length)
                || length > bits))
        {
            throw Fault(s);
        }

        // One address of the network says which one it is: what is below the prefix does not count.
        return new TrustedNetwork(s, new IPNetwork(Masked(first, length), length));
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out TrustedNetwork result)
    {
        try
        {
            result = s is null ? null : Parse(s, provider);
        }
        catch (FormatException)
        {
            result = null;
        }

        return result is not null;
    }

    /// <param name="address">Not an IPv4 address in IPv6 clothes.</param>
    public bool Contains(IPAddress address) => _network.Contains(address);

    public override string ToString() => _text;

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> kept);
        }

        return new IPAddress(bytes);
    }

    private static FormatException Fault(string text) => new(
        $"{FaultText.Show("", text)} is neither an address nor a network; write 10.0.0.5, 10.0.0.0/8 or fd00::/8");
}
