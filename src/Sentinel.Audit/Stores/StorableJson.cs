using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Sentinel.Audit.Redaction;

namespace Sentinel.Audit.Stores;

/// <summary>Makes a call's <c>params</c> fit to be kept: storable as jsonb, and without secrets.</summary>
/// <remarks>
/// One pass over the tokens. Where nothing has to change the bytes are passed on as they are; else everything but the
/// values at fault is copied as it stands.
/// </remarks>
internal static class StorableJson
{
    /// <summary>Stands for arguments that no store takes.</summary>
    public static readonly ReadOnlyMemory<byte> Unstorable = """{"_unstorable":true}"""u8.ToArray();

    /// <summary>Deeper ones are <see cref="Unstorable"/>.</summary>
    /// <remarks>Room for what surrounds a message that the strict reader has let through at 64.</remarks>
    public const int DepthMax = 128;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = DepthMax };

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="json">One JSON value, or empty for none.</param>
    /// <param name="redact">What to hide besides what looks like a secret, or null for nothing.</param>
    /// <returns>The same memory, a changed copy, or <see cref="Unstorable"/> where it is no JSON at all.</returns>
    public static ReadOnlyMemory<byte> From(ReadOnlyMemory<byte> json, RedactMatcher? redact = null)
    {
        if (json.IsEmpty)
        {
            return json;
        }

        return Change(json.Span, redact) ?? json;
    }

    /// <returns>Null where nothing has to change.</returns>
    public static ReadOnlyMemory<byte>? Change(ReadOnlySpan<byte> json, RedactMatcher? redact)
    {
        var repaired = Utf8.IsValid(json) ? null : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        json = repaired ?? json;
        var words = (DepthMax + 2) * (redact?.Words ?? 0);
        var rented = words == 0 ? null : ArrayPool<ulong>.Shared.Rent(words);
        try
        {
            var pass = new StorablePass(json, new RedactPlace(redact, rented));
            var changed = pass.Run(new Utf8JsonReader(json, ReaderOptions));
            if (pass.HasUnstorableKey)
            {
                return AsText(changed is null ? json : changed.WrittenSpan);
            }

            return changed?.WrittenMemory ?? repaired?.AsMemory();
        }
        catch (JsonException)
        {
            return Unstorable;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<ulong>.Shared.Return(rented);
            }
        }
    }

    // Two keys that differ could become one when made storable, and an argument go unseen. As a text every escape is
    // kept as the caller spelt it.
    private static ReadOnlyMemory<byte> AsText(ReadOnlySpan<byte> json)
    {
        var target = new ArrayBufferWriter<byte>(json.Length + 64);
        using var writer = new Utf8JsonWriter(target, WriterOptions);
        writer.WriteStartObject();
        writer.WriteBoolean("_unstorable"u8, true);
        writer.WriteString("_json"u8, json);
        writer.WriteEndObject();
        writer.Flush();
        return target.WrittenMemory;
    }
}
