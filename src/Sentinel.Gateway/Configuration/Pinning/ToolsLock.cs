using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp.Tools;

namespace Sentinel.Gateway.Configuration.Pinning;

/// <summary>The approved definitions of tools: tools.lock.json, a file that people review.</summary>
/// <remarks>
/// Backend → tool → hash and definition, sorted. The hash must be that of the definition, so that what was reviewed is
/// what is enforced.
/// </remarks>
internal sealed class ToolsLock
{
    public const string FileName = "tools.lock.json";

    private const string HashKey = "sha256";
    private const string DefinitionKey = "definition";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 256 };

    private readonly SortedDictionary<string, SortedDictionary<string, ToolDefinition>> _backends =
        new(StringComparer.Ordinal);

    /// <summary>The approved tools of each backend.</summary>
    public IEnumerable<KeyValuePair<string, SortedDictionary<string, ToolDefinition>>> Backends => _backends;

    /// <summary>Where the file stands: beside proxy.json.</summary>
    public static string PathBeside(string configPath) =>
        Path.Combine(Path.GetDirectoryName(configPath) ?? "", FileName);

    /// <summary>Reads the file's content.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="problem">Why it cannot be used; null where it can.</param>
    public static ToolsLock Parse(ReadOnlyMemory<byte> content, out string? problem)
    {
        var parsed = new ToolsLock();
        try
        {
            using var document = JsonDocument.Parse(content, Strict);
            problem = parsed.Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problem = $"it is not JSON as `sentinel policy approve` writes it ({e.Message.TrimEnd('.')})";
        }

        return parsed;
    }

    /// <summary>The approved definition; null where there is none.</summary>
    public ToolDefinition? Find(string backend, string tool) =>
        _backends.GetValueOrDefault(backend)?.GetValueOrDefault(tool);

    /// <summary>Replaces the approved definitions of a backend by those it has now.</summary>
    public void Approve(string backend, IEnumerable<ToolDefinition> tools)
    {
        var approved = new SortedDictionary<string, ToolDefinition>(StringComparer.Ordinal);
        foreach (var tool in tools)
        {
            approved[tool.Name] = tool;
        }

        _backends[backend] = approved;
    }

    /// <summary>The file's text.</summary>
    public string Write()
    {
        var text = new StringBuilder("{");
        foreach (var ((backend, tools), i) in _backends.Select((backend, i) => (backend, i)))
        {
            text.Append(i > 0 ? ",\n  " : "\n  ");
            ReadableJson.WriteString(backend, text);
            text.Append(": {");
            foreach (var ((name, tool), j) in tools.Select((tool, j) => (tool, j)))
            {
                text.Append(j > 0 ? ",\n    " : "\n    ");
                ReadableJson.WriteString(name, text);
                text.Append(": {\n      \"sha256\": \"").Append(tool.Sha256).Append("\",\n      \"definition\": ");
                using var definition = JsonDocument.Parse(tool.Canonical, Strict);
                ReadableJson.Write(definition.RootElement, text, depth: 3);
                text.Append("\n    }");
            }

            text.Append(tools.Count > 0 ? "\n  }" : "}");
        }

        return text.Append(_backends.Count > 0 ? "\n}\n" : "}\n").ToString();
    }

    private string? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return "it holds no object of backends";
        }

        foreach (var backend in root.EnumerateObject())
        {
            if (backend.Value.ValueKind != JsonValueKind.Object)
            {
                return $"{backend.Name} is no object of tools";
            }

            var tools = new List<ToolDefinition>();
            foreach (var tool in backend.Value.EnumerateObject())
            {
                if (Read(tool, out var definition) is { } problem)
                {
                    return $"{backend.Name}/{tool.Name} {problem}";
                }

                tools.Add(definition!);
            }

            Approve(backend.Name, tools);
        }

        return null;
    }

    private static string? Read(JsonProperty tool, out ToolDefinition? definition)
    {
        definition = null;
        if (tool.Value.ValueKind != JsonValueKind.Object
            || !tool.Value.TryGetProperty(HashKey, out var hash)
            || !tool.Value.TryGetProperty(DefinitionKey, out var value)
            || tool.Value.EnumerateObject().Count() != 2)
        {
            return $"needs {HashKey} and {DefinitionKey}, and nothing else";
        }

        definition = ToolDefinition.Read(value);
        if (definition is null || definition.Name != tool.Name)
        {
            return "has a definition that is none of a tool of that name";
        }

        return hash.ValueKind == JsonValueKind.String && hash.ValueEquals(definition.Sha256)
            ? null
            : $"has a {HashKey} that is not that of its definition, which makes {definition.Sha256}";
    }
}
