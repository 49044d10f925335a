using System.Diagnostics.CodeAnalysis;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>Scheme, host and port, spelled as browsers spell an origin: in lower case, without the scheme's own port.
/// </summary>
internal sealed record HttpOrigin : IParsable<HttpOrigin>
{
    private const UriComponents Origin = UriComponents.SchemeAndServer;

    private HttpOrigin(Uri url)
    {
        Text = url.GetComponents(Origin, UriFormat.UriEscaped);
        Host = url.IdnHost;
    }

    /// <summary>For example <c>https://mcp.example.com</c>: no slash at the end.</summary>
    public string Text { get; }

    /// <summary>Without port; of an IPv6 address without brackets.</summary>
    public string Host { get; }

    /// <exception cref="FormatException">The text is no origin; the message says what to write instead.</exception>
    public static HttpOrigin Parse(string s, IFormatProvider? provider)
    {
        if (!Uri.TryCreate(s, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.Host.Length == 0)
        {
            throw new FormatException(
                $"{FaultText.Show("", s)} is no origin; write scheme and host, for example https://mcp.example.com");
        }

        return url.PathAndQuery == "/" && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            ? new HttpOrigin(url)
            : throw new FormatException(
                $"an origin is scheme, host and port alone; write {url.GetComponents(Origin, UriFormat.UriEscaped)}");
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out HttpOrigin result)
    {
        try
        {
            result = s is null ? null : Parse(s, provider);
            return result is not null;
        }
        catch (FormatException)
        {
            result = null;
            return false;
        }
    }

    public override string ToString() => Text;
}
