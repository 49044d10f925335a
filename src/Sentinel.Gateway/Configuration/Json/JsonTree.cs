using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sentinel.Gateway.Configuration.Json;

/// <summary>Reads proxy.json strictly into nodes that know their path and line.</summary>
/// <remarks>Comments and trailing commas are allowed; nothing else that JSON forbids is.</remarks>
internal ref struct JsonTree
{
    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private readonly ReadOnlySpan<byte> _content;
    private readonly LineIndex _lines;
    private readonly FaultCollector _faults;
    private Utf8JsonReader _reader;
    private string _path;

    private JsonTree(ReadOnlySpan<byte> content, FaultCollector faults)
    {
        _content = content;
        _lines = new LineIndex(content);
        _faults = faults;
        _reader = new Utf8JsonReader(content, Options);
        _path = JsonPath.Root;
    }

    /// <summary>The root, or null when the content is no JSON object; the faults say why.</summary>
    public static SourceObject? Read(ReadOnlySpan<byte> content, FaultCollector faults)
    {
        content = content.StartsWith("\uFEFF"u8) ? content[3..] : content;
        if (content.Trim(" \t\r\n"u8).IsEmpty)
        {
            faults.Add(new NodePlace(JsonPath.Root), "the file is empty; write ReverseProxy and Sentinel sections");
            return null;
        }

        if (!Utf8.IsValid(content))
        {
            var line = 1 + content[..FirstInvalidByte(content)].Count((byte)'\n');
            faults.Add(
                new NodePlace(JsonPath.Root, line),
                "the file is not valid UTF-8 from here on; save it as UTF-8");
            return null;
        }

        return new JsonTree(content, faults).ReadRoot();
    }

    private SourceObject? ReadRoot()
    {
        try
        {
            _reader.Read();
            var root = ReadValue(JsonPath.Root);
            // The second call finds whatever follows the root: only space and comments may.
            _reader.Read();
            if (root is SourceObject node)
            {
                return node;
            }

            _faults.Add(root.Place, $"the file holds {root.Kind}; write an object: {{ \"ReverseProxy\": …, … }}");
        }
        catch (JsonException e)
        {
            _faults.Add(PlaceOf(e), $"this is not JSON: {Describe(e)}");
        }

        return null;
    }

    private SourceNode ReadValue(string path)
    {
        _path = path;
        var place = new NodePlace(path, _lines.LineOf(_reader.TokenStartIndex), _reader.TokenStartIndex);
        _faults.Remember(place);
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(place),
            JsonTokenType.StartArray => ReadArray(place),
            JsonTokenType.String => new SourceScalar(place, ScalarType.Text, ReadText(place)),
            JsonTokenType.Number =>
                new SourceScalar(place, ScalarType.Number, Encoding.UTF8.GetString(_reader.ValueSpan)),
            JsonTokenType.True => new SourceScalar(place, ScalarType.Boolean, "true"),
            JsonTokenType.False => new SourceScalar(place, ScalarType.Boolean, "false"),
            _ => new SourceScalar(place, ScalarType.Null, ""),
        };
    }

    private SourceObject ReadObject(NodePlace place)
    {
        var result = new SourceObject(place);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var keyOffset = _reader.TokenStartIndex;
            var key = ReadText(place);
            var keyPlace = new NodePlace(JsonPath.Member(place.Path, key), _lines.LineOf(keyOffset), keyOffset);
            _reader.Read();
            var earlier = result.FindKey(key, StringComparison.OrdinalIgnoreCase);
            if (earlier is not null)
            {
                AddDuplicate(keyPlace, key, earlier, result.Find(earlier)!.Place.Line);
            }

            if (!string.Equals(key, earlier, StringComparison.Ordinal))
            {
                result.Set(key, ReadValue(keyPlace.Path));
                continue;
            }

            // Faults inside the second would stand at the first one's path, where nobody would look for them.
            _reader.Skip();
        }

        _path = place.Path;
        return result;
    }

    private SourceArray ReadArray(NodePlace place)
    {
        var result = new SourceArray(place);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            result.Set(result.Items.Count, ReadValue(JsonPath.Item(place.Path, result.Items.Count)));
        }

        _path = place.Path;
        return result;
    }

    private readonly string ReadText(NodePlace place)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The reader accepts an escaped half of a surrogate pair and fails only when the text is asked for.
            _faults.Add(
                place with { Line = _lines.LineOf(_reader.TokenStartIndex) },
                "a \\u escape is half of a surrogate pair; write both halves or the character itself");
            return "";
        }
    }

    private readonly void AddDuplicate(NodePlace place, string key, string earlier, int? earlierLine) =>
        _faults.Add(place, string.Equals(key, earlier, StringComparison.Ordinal)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the key is written twice, first on line {earlierLine}; remove one")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the key differs only in case from '{earlier}' on line {earlierLine}; remove one"));

    private readonly NodePlace PlaceOf(JsonException e)
    {
        var line = (int)(e.LineNumber ?? 0);
        var start = _lines.StartOf(line);
        var length = (int)Math.Min(e.BytePositionInLine ?? 0, _content.Length - start);
        var column = Encoding.UTF8.GetCharCount(_content.Slice(start, length)) + 1;
        return new NodePlace(_path, line + 1, start + length) { Column = column };
    }

    // "'hunter2' is an invalid JSON literal" would print an unquoted secret: only what was expected is kept.
    private static string Describe(JsonException e)
    {
        var message = e.Message;
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        message = end < 0 ? message : message[..end];
        var literal = message.IndexOf("is an invalid JSON literal. ", StringComparison.Ordinal);
        return (literal < 0 ? message : "invalid literal. " + message[(literal + 28)..]).TrimEnd('.');
    }

    private static int FirstInvalidByte(ReadOnlySpan<byte> content)
    {
        Span<char> scratch = stackalloc char[256];
        for (var at = 0; ;)
        {
            var status = Utf8.ToUtf16(
                content[at..], scratch, out var read, out _, replaceInvalidSequences: false, isFinalBlock: true);
            at += read;
            if (status != System.Buffers.OperationStatus.DestinationTooSmall)
            {
                return at;
            }
        }
    }
}
