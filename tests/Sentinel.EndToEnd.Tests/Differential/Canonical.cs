using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>
/// One text for JSON values that mean the same to every server: members sorted, numbers as doubles, and what no store
/// takes (NUL, half a pair of surrogates) as U+FFFD.
/// </summary>
internal static partial class Canonical
{
    /// <summary>Of a value whose bytes may be no UTF-8, as they come from servers that do not mind.</summary>
    public static string Of(JsonElement value) => Of(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value)));

    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(Repair(json), new JsonDocumentOptions { MaxDepth = 10_000 });
        var text = new StringBuilder();
        Append(text, document.RootElement);
        return text.ToString();
    }

    /// <summary>The same JSON without escapes that stand for no character.</summary>
    public static string Repair(string json) => Escapes().Replace(
        json,
        match => match.Value is [_, 'u', ..] && match.Length == 6 && IsUnstorable(match.Value) ? @"\ufffd" : match.Value
    );

    private static bool IsUnstorable(string escape) =>
        (char)int.Parse(escape.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is '\0'
            or (>= '\uD800' and <= '\uDFFF');

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                // JavaScript's validators leave __proto__ out of what they hand to a tool.
                var members = value.EnumerateObject().Where(member => member.Name != "__proto__")
                    .OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
                AppendAll(text, '{', '}', members, member =>
                {
                    text.Append(JsonSerializer.Serialize(member.Name)).Append(':');
                    Append(text, member.Value);
                });
                break;
            case JsonValueKind.Array:
                AppendAll(text, '[', ']', [.. value.EnumerateArray()], item => Append(text, item));
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(value.GetString()));
                break;
            case JsonValueKind.Number:
                // Zero has two signs as a double, and one meaning.
                text.Append(CultureInfo.InvariantCulture, $"{value.GetDouble() + 0.0:R}");
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, char close, List<T> items, Action<T> append)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ",");
            append(items[i]);
        }

        text.Append(close);
    }

    // A pair of surrogates is one match and stays; a half is another.
    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.",
        RegexOptions.Singleline, 10_000)]
    private static partial Regex Escapes();
}
