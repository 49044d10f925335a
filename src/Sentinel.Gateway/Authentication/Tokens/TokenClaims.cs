using System.Buffers.Text;
using System.Text.Json;

namespace Sentinel.Gateway.Authentication;

/// <summary>What a token states; nothing is verified by reading it.</summary>
internal sealed class TokenClaims
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly JsonElement _root;

    private TokenClaims(JsonElement root) => _root = root;

    /// <summary>The claims of a compact token; null where they cannot be read without doubt.</summary>
    public static TokenClaims? Read(string token)
    {
        var start = token.IndexOf('.', StringComparison.Ordinal) + 1;
        var end = token.IndexOf('.', start);
        try
        {
            var root = JsonElement.Parse(Base64Url.DecodeFromChars(token.AsSpan(start, end - start)), Strict);
            return root.ValueKind == JsonValueKind.Object ? new TokenClaims(root) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A claim that is a text; null where it is absent or something else.</summary>
    public string? Text(string claim) =>
        _root.TryGetProperty(claim, out var value) ? TextOf(value) : null;

    /// <summary>A claim that is a time in seconds since 1970; null where it is absent or no number.</summary>
    public double? Seconds(string claim) =>
        _root.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds)
            ? seconds
            : null;

    /// <summary>Whether a claim is there, whatever it says.</summary>
    public bool Has(string claim) => _root.TryGetProperty(claim, out _);

    /// <summary>The texts of a claim that is a text or a list of texts.</summary>
    /// <param name="path">
    /// Its name, dots and all; or the names of the objects it lies in and its own, joined by dots.
    /// </param>
    public IEnumerable<string> Texts(string path) => Texts(_root, path);

    /// <summary>The scopes, of <c>scope</c> and <c>scp</c>, written as one text or as a list.</summary>
    public IEnumerable<string> Scopes() =>
        Texts("scope").Concat(Texts("scp"))
            .SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // The longest name first: names of clients and URLs have dots themselves.
    private static IEnumerable<string> Texts(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            if (element.TryGetProperty(path.AsSpan(0, end), out var value))
            {
                return end == path.Length ? TextsOf(value) : Texts(value, path[(end + 1)..]);
            }
        }

        return [];
    }

    private static IEnumerable<string> TextsOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(TextOf).OfType<string>()
            : TextOf(value) is { } text ? [text] : [];

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate is no text.
            return null;
        }
    }
}
