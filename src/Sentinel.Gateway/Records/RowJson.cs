using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration.Pinning;

namespace Sentinel.Gateway.Records;

/// <summary>A row as one line of JSON: the columns that are not NULL, by their names.</summary>
/// <remarks>
/// What cannot be seen stands as \uXXXX, in keys and values alike: the same JSON, and nothing that a terminal obeys.
/// </remarks>
internal sealed class RowJson : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 512 };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public RowJson() => _json = new Utf8JsonWriter(_buffer, Options);

    public string Line(StoredRow row)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        foreach (var (name, read) in RowFields.All)
        {
            switch (read(row))
            {
                case long number:
                    _json.WriteNumber(name, number);
                    break;
                case string text:
                    _json.WriteString(name, text);
                    break;
                case ReadOnlyMemory<byte> arguments:
                    _json.WritePropertyName(name);
                    WriteArguments(arguments);
                    break;
            }
        }

        _json.WriteEndObject();
        _json.Flush();
        return VisibleText.Escape(Encoding.UTF8.GetString(_buffer.WrittenSpan));
    }

    /// <summary>Arguments for people to read, over several lines; as they are where they are no JSON.</summary>
    public static string Indented(ReadOnlyMemory<byte> arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments, Depth);
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, Options with { Indented = true }))
            {
                document.RootElement.WriteTo(json);
            }

            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(arguments.Span);
        }
    }

    public void Dispose() => _json.Dispose();

    private void WriteArguments(ReadOnlyMemory<byte> arguments)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(arguments, Depth);
        }
        catch (JsonException)
        {
            // No gateway writes this; somebody did.
            _json.WriteStringValue(Encoding.UTF8.GetString(arguments.Span));
            return;
        }

        using (document)
        {
            document.RootElement.WriteTo(_json);
        }
    }
}
