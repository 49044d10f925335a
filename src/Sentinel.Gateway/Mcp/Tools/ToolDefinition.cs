using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sentinel.Gateway.Mcp.Tools;

/// <summary>What a server says a tool is, as far as it moves a model to call it: what is pinned.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Sha256">Of the canonical text, in lower-case hex.</param>
/// <param name="Canonical">
/// Name, title, description, schemas and annotations as canonical JSON; other members are not part of it.
/// </param>
internal sealed record ToolDefinition(string Name, string Sha256, ReadOnlyMemory<byte> Canonical)
{
    private static readonly string[] Pinned =
        ["annotations", "description", "inputSchema", "name", "outputSchema", "title"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 256 };

    /// <summary>
    /// Reads an item of a tools list; null where two clients could read two definitions, or none.
    /// </summary>
    public static ToolDefinition? Read(ReadOnlyMemory<byte> item)
    {
        try
        {
            using var document = JsonDocument.Parse(item, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte})"/>
    public static ToolDefinition? Read(JsonElement item)
    {
        try
        {
            if (item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("name", out var name)
                || name.ValueKind != JsonValueKind.String
                || item.EnumerateObject().Any(member => IsLookAlike(member.Name)))
            {
                return null;
            }

            var canonical = new ArrayBufferWriter<byte>(1024);
            CanonicalJson.WriteObject(item.EnumerateObject().Where(member => Pinned.Contains(member.Name)), canonical);
            return new ToolDefinition(
                name.GetString()!,
                Convert.ToHexStringLower(SHA256.HashData(canonical.WrittenSpan)),
                canonical.WrittenMemory);
        }
        catch (InvalidOperationException)
        {
            // Half a pair of surrogates somewhere.
            return null;
        }
    }

    // A client that ignores the case of keys would take its value for that of the pinned member.
    private static bool IsLookAlike(string key) =>
        !Pinned.Contains(key) && Array.Exists(Pinned, pinned => Folding.IsAlike(key, pinned));
}
