using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>
/// From which pages browsers may call: an origin, <c>https://*.example.com</c> for every host below one, or <c>*</c>.
/// </summary>
internal sealed partial class OriginPattern : IParsable<OriginPattern>
{
    private const string AnyText = "*";
    private const string BeforeSuffix = "://*.";

    private OriginPattern(string text) => Text = text;

    /// <summary>As browsers spell it; with a <c>*</c> as it was written.</summary>
    public string Text { get; }

    public bool IsAny => Text == AnyText;

    /// <summary>What the origin has to begin and to end with; null where this is one origin or any.</summary>
    public (string Scheme, string Suffix)? Wildcard =>
        Text.IndexOf(BeforeSuffix, StringComparison.Ordinal) is var at and > 0
            ? (Text[..(at + 3)], Text[(at + 4)..])
            : null;

    /// <exception cref="FormatException">The text is no origin; the message says what to write instead.</exception>
    public static OriginPattern Parse(string s, IFormatProvider? provider)
    {
        if (s == AnyText)
        {
            return new OriginPattern(s);
        }

        if (s == "null")
        {
            throw new FormatException(
                "'null' is the origin of any sandboxed page; write the page's own origin, or * for every one");
        }

        if (s.Contains(BeforeSuffix, StringComparison.Ordinal))
        {
            // The rest has to be an origin by itself, so that the port is judged as any other is.
            var rest = HttpOrigin.Parse(s.Replace(BeforeSuffix, "://", StringComparison.Ordinal), provider);
            return new OriginPattern(rest.Text.Replace("://", BeforeSuffix, StringComparison.Ordinal));
        }

        // Extensions and desktop programs have schemes of their own, and no rules for what follows.
        return Custom().IsMatch(s)
            ? new OriginPattern(s.ToLowerInvariant())
            : new OriginPattern(HttpOrigin.Parse(s, provider).Text);
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out OriginPattern result)
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

    public override string ToString() => Text;

    [GeneratedRegex(
        @"\A(?!https?://)[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._:-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Custom();
}
