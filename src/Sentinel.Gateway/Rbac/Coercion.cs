using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>Whether some server could turn an argument into a value of another type, as <c>"5"</c> into 5.</summary>
/// <remarks>
/// Asked only where a rule lists values of several types, one of which is the argument's: of any other argument its
/// type alone is doubt enough.
/// </remarks>
internal static class Coercion
{
    // Bytes in JSON; a longer text could be anything behind its blanks.
    private const int TextBytesMax = 256;

    private static readonly string[] Words =
        ["true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "null", "none", "nil", "undefined"];

    /// <param name="reader">Stands on the argument, a text, number, boolean or null.</param>
    /// <param name="value">A value of another type.</param>
    public static bool IsPossible(ref readonly Utf8JsonReader reader, ArgumentValue value) =>
        (reader.TokenType, value.Kind) switch
        {
            (JsonTokenType.String, _) => reader.ValueSpan.Length > TextBytesMax || IsOtherType(TextOf(in reader)),
            (JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False, JsonValueKind.String) =>
                new Glob(value.Text).MatchesFolded(TokenOf(in reader)) || IsOtherType(value.Text),
            (JsonTokenType.Number, JsonValueKind.True) => JsonNumber.Compare(reader.ValueSpan, "1"u8) is null or 0,
            (JsonTokenType.Number, JsonValueKind.False) => JsonNumber.Compare(reader.ValueSpan, "0"u8) is null or 0,
            (JsonTokenType.True, JsonValueKind.Number) => JsonNumber.Compare(value.Utf8, "1"u8) is null or 0,
            (JsonTokenType.False, JsonValueKind.Number) => JsonNumber.Compare(value.Utf8, "0"u8) is null or 0,
            _ => false,
        };

    private static string TextOf(ref readonly Utf8JsonReader reader) => reader.GetString()!;

    private static string TokenOf(ref readonly Utf8JsonReader reader) => Encoding.UTF8.GetString(reader.ValueSpan);

    // Begins like a number in any script's digits, says nothing, or is a word for a boolean or null.
    private static bool IsOtherType(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\0');
        text = (end < 0 ? text : text[..end]).Trim();
        if (text.IsEmpty || char.IsNumber(text[0]) || text[0] is '+' or '-' or '.' or '\u2212')
        {
            return true;
        }

        foreach (var word in Words)
        {
            if (Folding.AreEqual(word, text))
            {
                return true;
            }
        }

        return false;
    }
}
