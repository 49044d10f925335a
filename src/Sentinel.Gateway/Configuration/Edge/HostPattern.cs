using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>
/// Under which host names clients may call: a name, <c>*.example.com</c> for every name below one, or <c>*</c>.
/// </summary>
internal sealed partial class HostPattern : IParsable<HostPattern>
{
    private const string AnyText = "*";

    private readonly string _text;

    private HostPattern(string text) => _text = text;

    public bool IsAny => _text == AnyText;

    /// <summary>What names have to end in, the dot before it included; null where this is one name or any.</summary>
    public string? Suffix => !IsAny && _text[0] == '*' ? _text[1..] : null;

    /// <exception cref="FormatException">The text is no host; the message says what to write instead.</exception>
    public static HostPattern Parse(string s, IFormatProvider? provider) =>
        s == AnyText || Name().IsMatch(s)
            ? new HostPattern(s)
            : throw new FormatException(
                $"{FaultText.Show("", s)} is no host; write its name without scheme and port, for example "
                + "mcp.example.com or *.example.com (other letters as xn--…), or * for every host");

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out HostPattern result)
    {
        result = s is not null && (s == AnyText || Name().IsMatch(s)) ? new HostPattern(s) : null;
        return result is not null;
    }

    public override string ToString() => _text;

    [GeneratedRegex(
        @"\A(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
