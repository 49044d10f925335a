using System.Diagnostics.CodeAnalysis;

namespace Sentinel.Gateway.Configuration;

/// <summary>The base URL of an OTLP collector, without user name, query and fragment, which could hold a secret.
/// </summary>
internal sealed record CollectorUrl : IParsable<CollectorUrl>
{
    private CollectorUrl(string text) => Text = text;

    /// <summary>Without a slash at the end.</summary>
    public string Text { get; }

    /// <exception cref="FormatException">The text is no such URL; the message says what to write instead.</exception>
    public static CollectorUrl Parse(string s, IFormatProvider? provider) =>
        Uri.TryCreate(s, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.Host.Length > 0
        && url.UserInfo.Length + url.Query.Length + url.Fragment.Length == 0
            ? new CollectorUrl(s.TrimEnd('/'))
            : throw new FormatException(
                "this is no collector's URL; write scheme, host and port without user name and query, for example "
                + "http://collector:4317");

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out CollectorUrl result)
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
