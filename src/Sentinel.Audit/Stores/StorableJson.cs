using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Sentinel.Audit.Stores;

/// <summary>Makes a call's <c>params</c> fit to be kept: storable as jsonb, and without secrets.</summary>
/// <remarks>Where nothing has to change the bytes are passed on as they are, after one look at each token.</remarks>
internal static class StorableJson
{
    /// <summary>Stands for arguments that no store takes.</summary>
    public static readonly ReadOnlyMemory<byte> Unstorable = """{"_unstorable":true}"""u8.ToArray();

    // Room for what surrounds a message that the strict reader has let through at 64.
    private const int DepthMax = 128;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = DepthMax };

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DepthMax,
        SkipValidation = true,
    };

    /// <param name="json">One JSON value, or empty for none.</param>
    /// <returns>The same memory, a changed copy, or <see cref="Unstorable"/> where it is no JSON at all.</returns>
    public static ReadOnlyMemory<byte> From(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return json;
        }

        try
        {
            if (!Utf8.IsValid(json.Span))
            {
                json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
            }

            return NeedsChange(json.Span) ? Rewrite(json.Span) : json;
        }
        catch (JsonException)
        {
            return Unstorable;
        }
    }

    private static bool NeedsChange(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        while (reader.Read())
        {
            var needsChange = reader.TokenType switch
            {
                JsonTokenType.PropertyName => IsHidden(ref reader) || HasUnstorable(ref reader),
                JsonTokenType.String => HasUnstorable(ref reader),
                JsonTokenType.Number => !JsonNumbers.IsStorable(reader.ValueSpan),
                _ => false,
            };
            if (needsChange)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlyMemory<byte> Rewrite(ReadOnlySpan<byte> json)
    {
        var target = new ArrayBufferWriter<byte>(json.Length);
        using var writer = new Utf8JsonWriter(target, WriterOptions);
        var reader = new Utf8JsonReader(json, ReaderOptions);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && IsHidden(ref reader))
            {
                WriteString(ref reader, writer, isKey: true);
                writer.WriteStringValue("[redacted]"u8);
                reader.Read();
                reader.Skip();
            }
            else
            {
                WriteToken(ref reader, writer);
            }
        }

        writer.Flush();
        return target.WrittenMemory;
    }

    private static void WriteToken(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                WriteString(ref reader, writer, isKey: true);
                break;
            case JsonTokenType.String:
                WriteString(ref reader, writer, isKey: false);
                break;
            case JsonTokenType.Number when !JsonNumbers.IsStorable(reader.ValueSpan):
                writer.WriteStringValue(reader.ValueSpan);
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private static void WriteString(ref Utf8JsonReader reader, Utf8JsonWriter writer, bool isKey)
    {
        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var value = rented.AsSpan(0, JsonStrings.Unescape(reader.ValueSpan, rented));
            if (isKey)
            {
                writer.WritePropertyName(value);
            }
            else
            {
                writer.WriteStringValue(value);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool HasUnstorable(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && JsonStrings.HasUnstorableEscape(reader.ValueSpan);

    private static bool IsHidden(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return IsHidden(reader.ValueSpan, reader.CurrentDepth);
        }

        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var length = JsonStrings.Unescape(reader.ValueSpan, rented);
            return IsHidden(rented.AsSpan(0, length), reader.CurrentDepth);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool IsHidden(ReadOnlySpan<byte> key, int depth) =>
        SecretKeys.Match(key) || (depth == 1 && SecretKeys.IsRequestState(key));
}
