using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sentinel.Gateway.Mcp.Tools;

/// <summary>One spelling for all JSON texts that say the same, so that a hash of it means something.</summary>
/// <remarks>
/// Keys sorted by their UTF-16 units, no white space, strings escaped only where they have to be. Numbers stay as they
/// are spelled: to read them could round them.
/// </remarks>
internal static class CanonicalJson
{
    /// <exception cref="InvalidOperationException">A string in it is no Unicode.</exception>
    public static void Write(JsonElement value, IBufferWriter<byte> output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value.EnumerateObject(), output);
                break;
            case JsonValueKind.Array:
                var separator = "["u8;
                foreach (var item in value.EnumerateArray())
                {
                    output.Write(separator);
                    separator = ","u8;
                    Write(item, output);
                }

                output.Write(value.GetArrayLength() == 0 ? "[]"u8 : "]"u8);
                break;
            case JsonValueKind.String:
                WriteString(value.GetString()!, output);
                break;
            default:
                output.Write(Encoding.UTF8.GetBytes(value.GetRawText()));
                break;
        }
    }

    /// <summary>Writes an object of these members, sorted.</summary>
    /// <exception cref="InvalidOperationException">A string in it is no Unicode.</exception>
    public static void WriteObject(IEnumerable<JsonProperty> members, IBufferWriter<byte> output)
    {
        var separator = "{"u8;
        foreach (var member in members.OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            output.Write(separator);
            separator = ","u8;
            WriteString(member.Name, output);
            output.Write(":"u8);
            Write(member.Value, output);
        }

        output.Write(separator is [(byte)'{'] ? "{}"u8 : "}"u8);
    }

    private static void WriteString(string text, IBufferWriter<byte> output)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    escaped.Append('\\').Append(c);
                    break;
                case < ' ':
                    escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    escaped.Append(c);
                    break;
            }
        }

        output.Write(Encoding.UTF8.GetBytes(escaped.Append('"').ToString()));
    }
}
