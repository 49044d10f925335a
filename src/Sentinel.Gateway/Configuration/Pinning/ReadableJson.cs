using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sentinel.Gateway.Configuration.Pinning;

/// <summary>JSON for people who review it: indented, and every invisible character escaped.</summary>
internal static class ReadableJson
{
    private const int IndentSpaces = 2;

    /// <summary>The text for a whole JSON text.</summary>
    public static string Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 256 });
        var text = new StringBuilder();
        Write(document.RootElement, text);
        return text.ToString();
    }

    /// <param name="value">What is written; numbers keep their spelling.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="depth">How deep the value stands already; its first line is not indented.</param>
    public static void Write(JsonElement value, StringBuilder output, int depth = 0)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                output.Append('{');
                foreach (var (member, i) in value.EnumerateObject().Select((member, i) => (member, i)))
                {
                    NextLine(output, i > 0, depth + 1);
                    WriteString(member.Name, output);
                    output.Append(": ");
                    Write(member.Value, output, depth + 1);
                }

                NextLine(output, false, depth);
                output.Append('}');
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                output.Append('[');
                foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i)))
                {
                    NextLine(output, i > 0, depth + 1);
                    Write(item, output, depth + 1);
                }

                NextLine(output, false, depth);
                output.Append(']');
                break;
            case JsonValueKind.Object:
                output.Append("{}");
                break;
            case JsonValueKind.Array:
                output.Append("[]");
                break;
            case JsonValueKind.String:
                WriteString(value.GetString()!, output);
                break;
            default:
                output.Append(value.GetRawText());
                break;
        }
    }

    public static void WriteString(string text, StringBuilder output)
    {
        var quoted = new StringBuilder(text.Length + 2);
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }

        output.Append('"').Append(VisibleText.Escape(quoted.ToString())).Append('"');
    }

    private static void NextLine(StringBuilder output, bool hasComma, int depth) =>
        output.Append(hasComma ? ",\n" : "\n").Append(' ', depth * IndentSpaces);
}
