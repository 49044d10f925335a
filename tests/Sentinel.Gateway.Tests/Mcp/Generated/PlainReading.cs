using System.Text.Json;
using System.Text.Unicode;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

/// <summary>
/// What a body says by System.Text.Json and the strict reader's further rules, written down plainly: a whole document,
/// sets of keys, and one rule after the other.
/// </summary>
internal sealed record PlainReading(string? Method, string? Id, string? Name, string? Params, string? Revision)
{
    public static readonly IReadOnlySet<string> ProtocolKeys = new HashSet<string>(StringComparer.Ordinal)
    {
        "jsonrpc", "id", "method", "params", "result", "error", "name", "uri", "arguments", "cursor", "task", "taskId",
        "_meta", "requestState", "io.modelcontextprotocol/protocolVersion", "progressToken",
    };

    private static readonly HashSet<string> Requests = new(StringComparer.Ordinal)
    {
        "tools/call", "tools/list", "initialize",
    };

    private static readonly HashSet<string> Known = [.. Requests, "notifications/initialized"];

    /// <summary>Null where the body is refused.</summary>
    public static PlainReading? Of(byte[] body)
    {
        if (body.AsSpan().StartsWith("\uFEFF"u8) || !Utf8.IsValid(body))
        {
            return null;
        }

        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 };
            using var document = JsonDocument.Parse(body, options);
            return OfRoot(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Keys, ids, methods and names that are no Unicode throw where their text is asked for.
            return null;
        }
    }

    private static PlainReading? OfRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || HasLookAlike(root) || HasKeyWithoutText(root))
        {
            return null;
        }

        var parameters = ObjectAt(root, "params");
        var meta = ObjectAt(parameters, "_meta");
        if (HasLookAlike(parameters) || HasLookAlike(meta) || !IsVersion(root) || !TryGetId(root, out var id))
        {
            return null;
        }

        var method = At(root, "method");
        var name = TextOf(At(parameters, "name"));
        if (HasControl(name) || HasControl(TextOf(At(parameters, "uri"))))
        {
            return null;
        }

        var reading = new PlainReading(
            TextOf(method),
            id,
            name,
            parameters.ValueKind == JsonValueKind.Object ? parameters.GetRawText() : null,
            TextOf(At(meta, "io.modelcontextprotocol/protocolVersion")));
        var hasResult = At(root, "result").ValueKind != JsonValueKind.Undefined;
        var hasError = At(root, "error").ValueKind != JsonValueKind.Undefined;
        if (method.ValueKind == JsonValueKind.Undefined)
        {
            return (hasResult && id is not null && !hasError) || (hasError && !hasResult) ? reading : null;
        }

        return hasResult || hasError || !IsMethod(reading) ? null : reading;
    }

    private static bool IsMethod(PlainReading reading)
    {
        if (reading.Method is not { } method)
        {
            return false;
        }

        if (!Known.Contains(method))
        {
            return !Known.Contains(Lenient(method));
        }

        return !Requests.Contains(method)
            || (reading.Id is not null && (method != "tools/call" || reading.Name is not null));
    }

    // Trimmed, cut at a control character and folded.
    private static string Lenient(string method)
    {
        var cut = method.SkipWhile(IsTrimmed).TakeWhile(c => !char.IsControl(c)).Reverse().SkipWhile(IsTrimmed).Reverse();
        return Fold(string.Concat(cut));
    }

    private static bool IsTrimmed(char c) => char.IsWhiteSpace(c) || char.IsControl(c) || c is '\uFEFF' or '\u200B';

    private static bool IsVersion(JsonElement root) =>
        At(root, "jsonrpc") is { ValueKind: JsonValueKind.String } version && version.GetString() == "2.0";

    // False for an id that is neither a string nor an integer; null for none.
    private static bool TryGetId(JsonElement root, out string? id)
    {
        var value = At(root, "id");
        id = value.ValueKind switch
        {
            JsonValueKind.String => $"\"{value.GetString()}\"",
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        return value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.String => true,
            JsonValueKind.Number => id!.All(c => char.IsAsciiDigit(c) || c == '-') && id != "-0",
            _ => false,
        };
    }

    // Keys that differ only in case or after a NUL, or differ so from a protocol key.
    private static bool HasLookAlike(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var keys = element.EnumerateObject().Select(member => member.Name).ToList();
        var folded = keys.Select(key => Fold(key.Split('\0')[0])).ToList();
        var known = ProtocolKeys.ToDictionary(Fold, StringComparer.Ordinal);
        return folded.Distinct(StringComparer.Ordinal).Count() != keys.Count
            || keys.Zip(folded).Any(pair => known.TryGetValue(pair.Second, out var key) && key != pair.First);
    }

    private static bool HasKeyWithoutText(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(m => m.Name is null || HasKeyWithoutText(m.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasKeyWithoutText),
        _ => false,
    };

    private static string Fold(string text) =>
        text.Replace('\u017F', 's').Replace('\u212A', 'k').ToUpperInvariant().ToLowerInvariant();

    private static JsonElement At(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) ? value : default;

    private static JsonElement ObjectAt(JsonElement element, string key) =>
        At(element, key) is { ValueKind: JsonValueKind.Object } value ? value : default;

    private static bool HasControl(string? text) => text?.Any(c => c < ' ') ?? false;

    private static string? TextOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
