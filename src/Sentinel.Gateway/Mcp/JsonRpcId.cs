using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sentinel.Gateway.Mcp;

/// <summary>A JSON-RPC id: a string or an integer of any size, compared by type and exact value.</summary>
internal sealed class JsonRpcId
{
    /// <summary>The longest id accepted, in bytes of UTF-8.</summary>
    public const int BytesMax = 1024;

    private readonly byte[] _value;

    private JsonRpcId(byte[] value, bool isString)
    {
        _value = value;
        IsString = isString;
    }

    public bool IsString { get; }

    /// <summary>A string's unescaped UTF-8, or an integer's digits.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>
    /// Takes the id under the reader; null for anything but a string or an integer written without exponent.
    /// </summary>
    public static JsonRpcId? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= BytesMax)
        {
            Span<byte> unescaped = stackalloc byte[BytesMax];
            return new JsonRpcId(unescaped[..reader.CopyString(unescaped)].ToArray(), isString: true);
        }

        return reader.TokenType == JsonTokenType.Number && IsInteger(reader.ValueSpan)
            ? new JsonRpcId(reader.ValueSpan.ToArray(), isString: false)
            : null;
    }

    public bool Equals(ReadOnlySpan<byte> value, bool isString) => isString == IsString && value.SequenceEqual(_value);

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (IsString)
        {
            writer.WriteStringValue(_value);
        }
        else
        {
            writer.WriteRawValue(_value);
        }
    }

    /// <summary>The id as JSON text, so that <c>1</c> and <c>"1"</c> differ.</summary>
    public override string ToString()
    {
        var text = Encoding.UTF8.GetString(_value);
        return IsString ? $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"" : text;
    }

    // "-0" is echoed as "0" by servers that read numbers as doubles, so it has no one text.
    private static bool IsInteger(ReadOnlySpan<byte> token) =>
        token.Length <= BytesMax && !token.ContainsAny((byte)'.', (byte)'e', (byte)'E') && !token.SequenceEqual("-0"u8);
}
