using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentinel.Gateway.Tests.Mcp.Fuzzing;

/// <summary>What one server's JSON library makes of a body.</summary>
/// <param name="Method">The method; null for none.</param>
/// <param name="Name">The name in params; null for none.</param>
internal sealed record LenientReading(string? Method, string? Name);

/// <summary>
/// Readers as servers use them. Each gives null where the server would fail, which is no danger: nothing is executed.
/// </summary>
internal static class LenientReaders
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static readonly IReadOnlyDictionary<string, Func<byte[], LenientReading?>> All =
        new Dictionary<string, Func<byte[], LenientReading?>>(StringComparer.Ordinal)
        {
            ["a serializer that ignores case"] = body => Guarded(() => OfSerializer(body)),
            ["a document whose first member wins"] = body => Guarded(() => OfDocument(body, First)),
            ["a document whose last member wins"] = body => Guarded(() => OfDocument(body, Last)),
            ["a reader that folds keys as Go does"] = body => Guarded(() => OfDocument(body, LastFolded)),
            ["a reader whose keys end at trailing NULs"] = body => Guarded(() => OfDocument(body, FirstWithoutNuls)),
        };

    private static LenientReading? Guarded(Func<LenientReading?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static LenientReading? OfSerializer(byte[] body) =>
        JsonSerializer.Deserialize<WebMessage>(body, Web) is { } message
            ? new LenientReading(
                message.Method,
                message.Params is { ValueKind: JsonValueKind.Object } parameters
                    ? TextOf(parameters.Deserialize<WebParams>(Web)?.Name)
                    : null)
            : null;

    private static LenientReading? OfDocument(byte[] body, Func<JsonElement, string, JsonElement?> find)
    {
        // Other libraries put U+FFFD in the place of broken text and go on.
        var text = Encoding.UTF8.GetString(body);
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        var root = document.RootElement;
        return root.ValueKind != JsonValueKind.Object
            ? null
            : new LenientReading(
                TextOf(find(root, "method")),
                find(root, "params") is { ValueKind: JsonValueKind.Object } parameters
                    ? TextOf(find(parameters, "name"))
                    : null);
    }

    private static JsonElement? First(JsonElement element, string key) => Find(element, name => name == key, isFirst: true);

    private static JsonElement? Last(JsonElement element, string key) => Find(element, name => name == key, isFirst: false);

    private static JsonElement? LastFolded(JsonElement element, string key) =>
        Find(element, name => Fold(name) == Fold(key), isFirst: false);

    private static JsonElement? FirstWithoutNuls(JsonElement element, string key) =>
        Find(element, name => name.TrimEnd('\0').Equals(key, StringComparison.OrdinalIgnoreCase), isFirst: true);

    private static JsonElement? Find(JsonElement element, Func<string, bool> isWanted, bool isFirst)
    {
        JsonElement? found = null;
        foreach (var member in element.EnumerateObject())
        {
            if (isWanted(NameOf(member)))
            {
                found = isFirst ? found ?? member.Value : member.Value;
            }
        }

        return found;
    }

    // Lone surrogates read as U+FFFD, as they do elsewhere.
    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    private static string Fold(string text) =>
        text.Replace('\u017F', 's').Replace('\u212A', 'k').ToUpperInvariant();

    private static string? TextOf(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private sealed record WebMessage(
        [property: JsonPropertyName("method")] string? Method,
        [property: JsonPropertyName("params")] JsonElement? Params);

    private sealed record WebParams([property: JsonPropertyName("name")] JsonElement? Name);
}
