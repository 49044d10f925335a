using System.Globalization;
using System.Text;

namespace Sentinel.Gateway.Configuration;

/// <summary>How faults print what an operator wrote.</summary>
internal static class FaultText
{
    private const int LongestShownValue = 80;

    // "Env" is here because the commonest slip is to paste the secret where its variable's name belongs,
    // and "Sha256" because some paste the key itself where its hash belongs.
    private static readonly string[] SecretParts =
    [
        "password", "passwd", "secret", "token", "credential", "apikey", "authorization", "sha256", "env", "private",
        "cookie", "connectionstring",
    ];

    public static bool LooksSecret(string key) =>
        SecretParts.Any(part => key.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value in quotes, or a stand-in when the key looks as if it held a secret.</summary>
    public static string Show(string key, string value)
    {
        if (LooksSecret(key))
        {
            return "the value";
        }

        return value.Length <= LongestShownValue ? $"'{value}'" : $"'{value[..LongestShownValue]}…'";
    }

    /// <summary>One line whatever the input holds, so that no value forges a line of the log.</summary>
    public static string OneLine(string text)
    {
        if (!text.Any(IsUnprintable))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsUnprintable(c))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                line.Append(c);
            }
        }

        return line.ToString();
    }

    // U+2028 and U+2029 end a line for some log viewers; format characters can reverse the text that follows.
    private static bool IsUnprintable(char c) =>
        char.IsControl(c)
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
