using System.Text;

namespace Sentinel.Gateway.Rbac;

/// <summary>Brings resources' URIs into one form, so that a grant and a server mean the same resource by it.</summary>
/// <remarks>
/// <c>Allow</c> matches the safe normal form or nothing: scheme and host in lower case, percent-encoding only where it
/// is needed and in upper case. What servers resolve differently has no such form: dot segments in any spelling, empty
/// segments, encoded separators, double encoding, backslashes, user information, fragments. <c>Deny</c> matches every
/// form that <see cref="ResourceForms"/> can think of.
/// </remarks>
internal static class ResourceUri
{
    /// <summary>A longer URI is never granted.</summary>
    public const int CharsMax = 8192;

    private const string Unreserved = "-._~";

    // Letters of other scripts pass; what looks like a separator or cannot be seen does not.
    private const string Suspicious = "\u2024\u2025\u2026\u2044\u2215\u2216\u29F8\u29F9\u3002\uFE52\uFE68\uFF05\uFF0E"
        + "\uFF0F\uFF1A\uFF3C\uFF61\u00AD\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0";

    /// <summary>The safe normal form; null where there is none.</summary>
    public static string? Normalize(string uri)
    {
        if (uri.Length > CharsMax || SchemeLength(uri) is not (> 0 and var scheme) || !uri.All(IsSafe))
        {
            return null;
        }

        var rest = uri[(scheme + 1)..];
        var path = rest;
        var authority = "";
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.IndexOfAny(['/', '?'], 2);
            authority = end < 0 ? rest : rest[..end];
            path = end < 0 ? "" : rest[end..];
        }

        var query = path.IndexOf('?', StringComparison.Ordinal);
        var tail = query < 0 ? "" : path[query..];
        path = query < 0 ? path : path[..query];
        var lowerScheme = uri[..scheme].ToLowerInvariant();
        if ((lowerScheme == "file" && tail.Length > 0)
            || !UriAuthority.IsSafe(authority)
            || DecodeUnreserved(tail, isPath: false) is not { } safeTail
            || DecodeUnreserved(path, isPath: true) is not { } safePath
            || !HasSafeSegments(safePath)
            || !EncodesSafely(safePath))
        {
            return null;
        }

        return $"{lowerScheme}:{authority.ToLowerInvariant()}{safePath}{safeTail}";
    }

    /// <summary>A pattern of <c>Allow</c>, spelled as normal forms are.</summary>
    public static string NormalizePattern(string pattern)
    {
        var authority = pattern.IndexOf("://", StringComparison.Ordinal);
        var end = authority < 0 ? pattern.IndexOf(':', StringComparison.Ordinal) : pattern.IndexOf('/', authority + 3);
        end = end < 0 ? (authority < 0 ? 0 : pattern.Length) : end;
        return pattern[..end].ToLowerInvariant() + SpellEncoding(pattern[end..]);
    }

    /// <summary>How many characters stand before its first colon; -1 where they are no scheme.</summary>
    public static int SchemeLength(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(uri[0])
            && uri.AsSpan(0, colon).IndexOfAnyExcept(SchemeChars) < 0 ? colon : -1;
    }

    private static readonly System.Buffers.SearchValues<char> SchemeChars =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

    // Braces belong to no URI, but to the templates of URIs, which are matched like them.
    private static bool IsSafe(char c) => c < 0x80
        ? c > ' ' && c < 0x7F && "\"<>\\^`|#".IndexOf(c, StringComparison.Ordinal) < 0
        : !Suspicious.Contains(c, StringComparison.Ordinal) && !char.IsControl(c) && !char.IsWhiteSpace(c)
            && !char.IsSurrogate(c)
            && char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.PrivateUse
                or System.Globalization.UnicodeCategory.OtherNotAssigned);

    // Null for what decodes to a separator, to a further encoding, to a control character, or not at all.
    private static string? DecodeUnreserved(string text, bool isPath)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                result.Append(text[i]);
                continue;
            }

            if (ReadByte(text, i) is not { } value
                || (isPath && (value < 0x20 || "/\\%?#\u007F".Contains((char)value))))
            {
                return null;
            }

            AppendByte(result, value);
            i += 2;
        }

        return result.ToString();
    }

    private static void AppendByte(StringBuilder result, byte value)
    {
        if (char.IsAsciiLetterOrDigit((char)value) || Unreserved.Contains((char)value, StringComparison.Ordinal))
        {
            result.Append((char)value);
        }
        else
        {
            result.Append('%').Append(Convert.ToHexString([value]));
        }
    }

    // What is encoded has to be text, and text that could also stand there by itself.
    private static bool EncodesSafely(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return true;
        }

        // What is no UTF-8 stays as it is.
        var decoded = Uri.UnescapeDataString(path);
        return !decoded.Contains('%', StringComparison.Ordinal)
            && decoded.EnumerateRunes().All(rune => rune.IsAscii || (rune.IsBmp
                ? IsSafe((char)rune.Value)
                : Rune.GetUnicodeCategory(rune) is not (System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.PrivateUse
                    or System.Globalization.UnicodeCategory.OtherNotAssigned)));
    }

    private static bool HasSafeSegments(string path)
    {
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            // Some servers cut a segment's parameters, and file systems cut trailing blanks.
            var name = segments[i].Split(';')[0].Replace("%20", "", StringComparison.Ordinal);
            var isEdge = i == 0 || i == segments.Length - 1;
            if ((name.Length > 0 && name.All(c => c == '.'))
                || (name.Length == 0 && (!isEdge || segments[i].Length > 0)))
            {
                return false;
            }
        }

        return true;
    }

    // Keeps what cannot be decoded: a pattern may have a lone percent sign.
    private static string SpellEncoding(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && ReadByte(text, i) is { } value)
            {
                AppendByte(result, value);
                i += 2;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static byte? ReadByte(string text, int at) =>
        at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2])
            ? Convert.FromHexString(text.AsSpan(at + 1, 2))[0]
            : null;
}
