using System.Text;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>The forms in which a resource's URI is held against rules that forbid.</summary>
internal static class ResourceForms
{
    /// <summary>A pattern of <c>Deny</c>, as written, decoded, and with its host as forms spell it; all folded.
    /// </summary>
    public static IEnumerable<string> OfPattern(string pattern) =>
        new[] { pattern, Decode(pattern), ResourceUri.NormalizePattern(pattern), SpellHost(pattern) }
            .Select(Fold).Distinct(StringComparer.Ordinal);

    /// <summary>Every form in which some server might read the URI, folded.</summary>
    public static IReadOnlyList<string> Of(string uri)
    {
        var decoded = Decode(uri);
        var resolved = Resolve(decoded);
        var end = resolved.IndexOfAny(['?', '#']);
        var bare = end < 0 ? resolved : resolved[..end];
        var forms = new List<string> { uri, decoded, resolved, bare, bare.TrimEnd('/') };
        if (ResourceUri.Normalize(uri) is { } normal)
        {
            forms.Add(normal);
        }

        return [.. forms.Select(Fold).Distinct(StringComparer.Ordinal)];
    }

    private static string Fold(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Folding.Fold(source[i]);
            }
        });

    // Decoded four times over, cut at a NUL, without what browsers drop.
    private static string Decode(string text)
    {
        for (var round = 0; round < 4 && text.Contains('%', StringComparison.Ordinal); round++)
        {
            var decoded = Uri.UnescapeDataString(text);
            if (decoded == text)
            {
                break;
            }

            text = decoded;
        }

        var end = text.IndexOf('\0', StringComparison.Ordinal);
        text = end < 0 ? text : text[..end];
        text = text.Any(char.IsControl) ? string.Concat(text.Where(c => !char.IsControl(c))) : text;
        return text.Trim().Replace('\\', '/');
    }

    // Dot segments resolved, slashes single, file URIs without host, authorities without user, default port, last dot.
    private static string Resolve(string uri)
    {
        var scheme = ResourceUri.SchemeLength(uri);
        if (scheme < 0)
        {
            return uri;
        }

        var name = uri[..scheme].ToLowerInvariant();
        var rest = uri[(scheme + 1)..];
        var authority = "";
        var query = rest.IndexOfAny(['?', '#']);
        var tail = query < 0 ? "" : rest[query..];
        rest = query < 0 ? rest : rest[..query];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('/', 2);
            authority = UriAuthority.Spell(end < 0 ? rest : rest[..end], name);
            rest = end < 0 ? "" : rest[end..];
        }
        else if (name == "file")
        {
            authority = "//";
        }

        // Without a path the root is meant.
        var path = rest.Length == 0 && authority.Length > 0 ? "/" : RemoveDots(rest);
        return $"{name}:{authority}{path}{tail}";
    }

    // A host with wildcards stays as it is written.
    private static string SpellHost(string pattern)
    {
        var scheme = ResourceUri.SchemeLength(pattern);
        if (scheme < 0 || pattern.IndexOf("//", scheme + 1, StringComparison.Ordinal) != scheme + 1)
        {
            return pattern;
        }

        var end = pattern.IndexOf('/', scheme + 3);
        end = end < 0 ? pattern.Length : end;
        var authority = pattern[(scheme + 1)..end];
        return Glob.IsLiteralText(authority)
            ? pattern[..(scheme + 1)]
                + UriAuthority.Spell(authority, pattern[..scheme].ToLowerInvariant())
                + pattern[end..]
            : pattern;
    }

    // Segments without parameters, and without the blanks and dots at their ends that file systems cut.
    private static string RemoveDots(string path)
    {
        var result = new StringBuilder(path.Length);
        var starts = new List<int>();
        foreach (var range in path.AsSpan().Split('/'))
        {
            var segment = path.AsSpan()[range];
            var parameters = segment.IndexOf(';');
            segment = (parameters < 0 ? segment : segment[..parameters]).TrimEnd(' ');
            if (segment is ".." && starts.Count > 0)
            {
                result.Length = starts[^1];
                starts.RemoveAt(starts.Count - 1);
            }

            if (segment.TrimEnd(" .") is { IsEmpty: false } name)
            {
                starts.Add(result.Length);
                result.Append('/').Append(name);
            }
        }

        var isRooted = path.StartsWith('/');
        if (result.Length == 0)
        {
            return isRooted ? "/" : "";
        }

        result.Append(path.EndsWith('/') ? "/" : "");
        return isRooted ? result.ToString() : result.ToString(1, result.Length - 1);
    }
}
